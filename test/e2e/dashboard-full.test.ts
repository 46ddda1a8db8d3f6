import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { accessibilityProblems, openPage, startBrowser, type WatchedPage } from '../helpers/browser.ts';
import { HOSTILE } from '../helpers/dashboard-stand.ts';
import { type FullStand, startFullStand } from '../helpers/full-stand.ts';
import { type Mosquitto, startMosquitto } from '../helpers/mosquitto.ts';
import { waitFor } from '../helpers/wait-for.ts';

// Every page as it is in the field, full: sixteen live cameras, one that is gone, one with a wrong password, ten thousand events.

let browser: Browser;
let broker: Mosquitto;
let stand: FullStand;

const origin = () => `http://127.0.0.1:${stand.daemon.port}`;
const tile = (page: Page, id: string) => page.locator(`[data-camera="${id}"]`);
const isWide = async (page: Page) => (await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')) > 0;

/** A small picture of each tile's canvas, by camera: equal pictures give equal texts, none an empty one. */
const pictures = (page: Page) =>
  page.evaluate<Record<string, string>>(
    `Object.fromEntries([...document.querySelectorAll('[data-camera]')].map((cell) => {
      const canvas = cell.querySelector('canvas');
      if (!canvas || canvas.width < 2) return [cell.dataset.camera, ''];
      const copy = document.createElement('canvas'); copy.width = 4; copy.height = 4;
      const context = copy.getContext('2d'); context.drawImage(canvas, 0, 0, 4, 4);
      return [cell.dataset.camera, [...context.getImageData(0, 0, 4, 4).data].join()];
    }))`,
  );

async function open(path: string, options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> {
  const watched = await openPage(browser, origin(), options);
  await watched.page.goto(origin() + path);
  return watched;
}

async function close({ page, complaints }: WatchedPage): Promise<void> {
  // Chromium itself writes it to the console that there is nothing at an address.
  expect(complaints.filter((one) => !one.includes('/nowhere'))).toEqual([]);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  await page.context().close();
}

beforeAll(async () => {
  [browser, broker] = await Promise.all([startBrowser(), startMosquitto()]);
  stand = await startFullStand(broker);
  await waitFor(
    'the cameras are as they should be, and events happen',
    async () => {
      const states = (await stand.daemon.json<{ cameras: readonly CameraView[] }>('/api/cameras')).cameras.map(({ id, state }) => `${id} ${state}`);
      const { events } = await stand.daemon.json<{ events: readonly LabelEvent[] }>('/api/events?limit=1');
      const isLive = stand.live.every((id) => states.includes(`${id} live`));
      return isLive && states.includes('locked authFailed') && !stand.stored.includes(events[0]?.id ?? '');
    },
    120_000,
  );
}, 240_000);

afterAll(async () => {
  await browser.close();
  await stand.close();
  await broker.close();
});

it('the wall: sixteen move, with the labels that the API tells; two say why they do not, and when they try again', async () => {
  const watched = await open('/?size=small', { viewport: { width: 1920, height: 1080 } });
  const { page } = watched;
  const seen = new Map(stand.live.map((id) => [id, new Set<string>()]));
  const move = async () => {
    for (const [id, picture] of Object.entries(await pictures(page))) if (picture !== '') seen.get(id)?.add(picture);
    return [...seen.values()].every(({ size }) => size >= 2);
  };
  await waitFor('all sixteen have shown two pictures that differ', move, 60_000);
  for (const id of stand.live) {
    await waitFor(
      `the tile of ${id} says what the API says`,
      async () => {
        const { name, label, score } = await stand.daemon.json<CameraView>(`/api/cameras/${id}`);
        const words = await tile(page, id).locator('.tile-name, .tile-verdict .bar-label, .tile-verdict .bar-value, .badge').allTextContents();
        return [name, label, `${Math.round((score ?? 0) * 100)} %`, 'live'].every((one) => words.includes(one ?? ''));
      },
      30_000,
    );
  }
  const note = (id: string) => tile(page, id).locator('.tile-note').textContent();
  await waitFor('the password is named, with a countdown', async () => /password, next try in \d+:\d\d/.test((await note('locked')) ?? ''));
  await waitFor('the absence, too', async () => /refused.*next try in \d+:\d\d/i.test((await note('gone')) ?? ''), 60_000);
  expect(await page.locator('.stale').count()).toBe(2);
  // Nobody had to log in.
  expect(await page.getByRole('button', { name: 'Log out' }).count()).toBe(0);
  await close(watched);
});

interface FullPage {
  readonly title: string;
  readonly path: () => string;
  /** Whether it shows what there is to show. */
  readonly full: (page: Page) => Promise<boolean>;
}

const count = (page: Page, selector: string) => page.locator(selector).count();
const tells = async (page: Page, words: RegExp) => words.test((await page.locator('.page').textContent()) ?? '');

const PAGES: readonly FullPage[] = [
  { title: 'the wall', path: () => '/', full: async (page) => (await count(page, '.tile-verdict .bar')) >= 16 },
  {
    title: 'the wall in groups',
    path: () => '/?group=state&size=small&sort=activity',
    full: async (page) => (await count(page, '.wall-group')) >= 2 && (await count(page, '.tile-verdict .bar')) >= 16,
  },
  {
    title: 'a live camera',
    path: () => '/camera/cam4',
    full: async (page) =>
      (await count(page, '.labels .bar')) === 2 &&
      (await count(page, '.strip-event')) > 0 &&
      ((await page.locator('.chart-line').first().getAttribute('d'))?.length ?? 0) > 20,
  },
  { title: 'a camera with a wrong password', path: () => '/camera/locked', full: (page) => tells(page, /wrong user or password/) },
  { title: 'a camera that is gone', path: () => '/camera/gone', full: (page) => tells(page, /refused/) },
  { title: 'the events', path: () => '/events', full: async (page) => (await count(page, '.virtual-list li[aria-setsize]')) > 10 },
  { title: 'the ends of one camera', path: () => '/events?camera=cam4&type=end', full: async (page) => (await count(page, '.event-type')) > 10 },
  { title: 'an event', path: () => `/events/${stand.stored.at(-1) ?? ''}`, full: async (page) => (await count(page, '.course > li')) >= 2 },
  { title: 'the system', path: () => '/system', full: async (page) => (await count(page, '.latency-chart .stage')) >= 8 },
  { title: 'an address of nothing', path: () => '/nowhere', full: (page) => page.getByText('There is no such page').isVisible() },
];

it.each(PAGES)('$title, full: axe finds nothing in either theme, nothing is too wide from a phone to 4K, markup stays text', async (target) => {
  const watched = await open(target.path());
  const { page } = watched;
  await waitFor('the page is full', () => target.full(page), 60_000);
  for (const summary of await page.locator('summary').all()) await summary.click();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityProblems(page)).toEqual([]);
  }
  const moving = () =>
    page.evaluate<string[]>(
      `[...document.querySelectorAll('*')].filter((one) => {
        const { transitionDuration, animationName } = getComputedStyle(one);
        return animationName !== 'none' || transitionDuration.split(', ').some((time) => parseFloat(time) > 0);
      }).map((one) => one.className)`,
    );
  // Bars do; so the check sees what moves.
  expect((await moving()).length > 0).toBe((await count(page, '.bar')) > 0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving()).toEqual([]);
  for (const width of [3840, 320]) {
    await page.setViewportSize({ width, height: 900 });
    await waitFor(`${width} px are enough`, async () => !(await isWide(page)));
  }
  expect(await accessibilityProblems(page)).toEqual([]);
  await close(watched);
});

it('the whole program is reached by keyboard alone', async () => {
  const watched = await open('/');
  const { page } = watched;
  const isFocused = (selector: string) => page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`);
  const focusOn = async (name: string) => {
    await waitFor(`the focus comes to ${name}, and shows`, async () => {
      await page.keyboard.press('Tab');
      return page.evaluate<boolean>(
        `document.activeElement.textContent.trim() === ${JSON.stringify(name)} && getComputedStyle(document.activeElement).outlineStyle !== 'none'`,
      );
    });
  };
  await tile(page, 'cam0').waitFor();
  await focusOn('Events');
  await page.keyboard.press('Enter');
  await page.locator('.event-row').first().waitFor();
  await page.locator('.virtual-list').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.course').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.event-row').first().waitFor();
  await page.locator('.virtual-list').focus();
  await page.keyboard.press('ArrowDown');
  expect(await isFocused('.event-row')).toBe(true);
  await page.mouse.move(600, 600);
  await page.mouse.wheel(0, 20_000);
  await waitFor('the row is gone, and the list has the keyboard', () => isFocused('.virtual-list'));
  await page.keyboard.press('ArrowDown');
  expect(await isFocused('.event-row')).toBe(true);
  // However long the list is, one step leads out of it.
  await page.keyboard.press('Tab');
  expect(await isFocused('.event-row')).toBe(false);
  await focusOn('System');
  await page.keyboard.press('Enter');
  await page.locator('.latency-chart').waitFor();
  await focusOn('Wall');
  await page.keyboard.press('Enter');
  await tile(page, 'cam4').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type(HOSTILE.slice(0, 12));
  await waitFor('three are left', async () => (await count(page, '[data-camera]')) === 3);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: HOSTILE }).waitFor();
  await focusOn('Full motion');
  await page.keyboard.press('Enter');
  await waitFor('it plays', async () => (await page.evaluate<number>(`document.querySelector('.full-motion video')?.currentTime ?? 0`)) > 0, 30_000);
  await page.keyboard.press('Escape');
  await page.locator('[data-camera]').first().waitFor();
  await close(watched);
});
