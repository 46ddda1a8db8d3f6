import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../src/dashboard/system/system-stats.ts';
import { encodeJpeg } from '../../src/engine/picture.ts';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { openPage, startBrowser, type WatchedPage } from '../helpers/browser.ts';
import type { Daemon } from '../helpers/daemon.ts';
import { HOSTILE } from '../helpers/dashboard-stand.ts';
import { fillHistory } from '../helpers/filled-history.ts';
import { type Mosquitto, startMosquitto } from '../helpers/mosquitto.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type SignalStand, startSignalStand } from '../helpers/signal-stand.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { waitFor } from '../helpers/wait-for.ts';

const STORED = 10_000;
const PICTURES = 40;
/** Older events, whose pictures retention took away. */
const PRUNED = 30;

let browser: Browser;
let broker: Mosquitto;
let stand: SignalStand;
let daemon: Daemon;
/** Oldest first. */
let stored: readonly string[];

interface EventsAnswer {
  readonly sequence: number;
  readonly events: readonly LabelEvent[];
  readonly gone: Readonly<Record<string, readonly string[]>>;
}

const origin = () => `http://127.0.0.1:${daemon.port}`;
const open = async (path: string, options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> => {
  const watched = await openPage(browser, origin(), options);
  await watched.page.goto(origin() + path);
  return watched;
};
const rows = (page: Page) => page.locator('.event-row');
const idOf = (href: string | null) => href?.split('/').at(-1) ?? '';
const idsInPage = (page: Page) => page.evaluate<string[]>(`[...document.querySelectorAll('.event-row')].map((row) => row.href.split('/').at(-1))`);
const scrollTo = (page: Page, to: number | 'end') =>
  page.evaluate(`(() => { const list = document.querySelector('.virtual-list'); list.scrollTop = ${to === 'end' ? 'list.scrollHeight' : to}; })()`);
const newest = async () => (await daemon.json<EventsAnswer>('/api/events?per=event&limit=1')).events[0]?.id ?? '';
const closed = async ({ page, complaints }: WatchedPage) => {
  expect(complaints).toEqual([]);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  await page.context().close();
};

beforeAll(async () => {
  [browser, broker, stand] = await Promise.all([startBrowser(), startMosquitto(), startSignalStand({ cameras: 2, rules: 1, phaseSeconds: 3 })]);
  const [width, height] = [160, 90];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7) % 256);
  const jpeg = await encodeJpeg({ pixels, width, height });
  const pictures = { count: PICTURES, jpeg };
  stored = await fillHistory({
    stateDir: stand.stateDir,
    events: STORED,
    cameras: stand.cameras.ids,
    labels: ['light', HOSTILE, 'light'],
    pictures,
    pruned: PRUNED,
  });
  daemon = await stand.startDaemon(`{ url: ${broker.url} }`);
  await daemon.ready();
  await waitFor('an event of this life', async () => !stored.includes(await newest()), 60_000);
}, 300_000);

afterAll(async () => {
  await browser.close();
  await daemon.stop();
  await stand.close();
  await broker.close();
});

describe('the list of events', () => {
  it('shows ten thousand, of which few are in the page, each once, down to the oldest', async () => {
    const watched = await open('/events');
    const { page } = watched;
    await rows(page).first().waitFor();
    const seen = new Set<string>();
    let most = 0;
    const isAtEnd = async () => {
      await scrollTo(page, 'end');
      const ids = await idsInPage(page);
      for (const id of ids) seen.add(id);
      most = Math.max(most, ids.length);
      return ids.at(-1) === stored[0];
    };
    await waitFor('the oldest is there', isAtEnd, 120_000);
    expect(most).toBeLessThan(60);
    const whole = Number(await page.locator('.virtual-list li').last().getAttribute('aria-setsize'));
    expect(whole).toBeGreaterThanOrEqual(STORED);
    const { events: begun } = await daemon.json<EventsAnswer>(`/api/events?type=start&after=${2 * STORED}&limit=1000`);
    expect(whole - STORED).toBeLessThanOrEqual(begun.length);
    expect(whole).toBe(Number(await page.locator('.virtual-list li').last().getAttribute('aria-posinset')));
    await scrollTo(page, 76 * 5_000);
    await waitFor('those of the middle', async () => (await idsInPage(page)).some((id) => id === stored[whole - 5_001 - (whole - STORED)]));
    expect(seen.size).toBeGreaterThan(500);
    const scrolled = () => page.evaluate(`document.querySelector('.virtual-list')?.scrollTop`);
    const [place, there] = [await scrolled(), (await idsInPage(page))[12]];
    await page.locator(`.event-row[href$="${there ?? ''}"]`).click();
    await page.locator('.course').waitFor();
    await page.getByRole('link', { name: '← Events' }).click();
    await waitFor('the list is as it was left', async () => (await scrolled()) === place && (await idsInPage(page)).includes(there ?? ''));
    await closed(watched);
  }, 200_000);

  it('keeps its filters in the address, over a reload', async () => {
    const watched = await open('/events');
    const { page } = watched;
    await page.getByLabel('Camera').selectOption('cam1');
    await page.getByLabel('Show').selectOption('end');
    await waitFor('the address says so', () => new URL(page.url()).search === '?camera=cam1&type=end');
    const isFiltered = async () => {
      const [cameras, types] = [await page.locator('.event-camera').allTextContents(), await page.locator('.event-type').allTextContents()];
      return cameras.length > 5 && cameras.every((camera) => camera === 'cam1') && types.length > 5 && types.every((type) => type === 'end');
    };
    await waitFor('only ends of one camera', isFiltered);
    await page.reload();
    await waitFor('as before', isFiltered);
    expect([await page.getByLabel('Camera').inputValue(), await page.getByLabel('Show').inputValue()]).toEqual(['cam1', 'end']);
    await page.goto(`${origin()}/events?label=${encodeURIComponent(HOSTILE)}`);
    await waitFor('only that label, as text', async () => {
      const labels = await page.locator('.event-row .bar-label').allTextContents();
      return labels.length > 5 && labels.every((label) => label === HOSTILE);
    });
    await page.goto(`${origin()}/events?until=2001-01-01`);
    await page.getByText('No event is like that').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await rows(page).first().waitFor();
    expect(new URL(page.url()).search).toBe('');
    await closed(watched);
  });

  it('announces new events, and moves nothing until they are wanted; also after the connection was lost', async () => {
    const proxy = await startTcpProxy(daemon.port);
    const watched = await openPage(browser, `http://127.0.0.1:${proxy.port}`);
    const { page } = watched;
    await page.goto(`http://127.0.0.1:${proxy.port}/events`);
    await rows(page).first().waitFor();
    const news = page.getByRole('button', { name: /^\d+ new$/ });
    await scrollTo(page, 76 * 20);
    await waitFor('it has scrolled', async () => (await page.locator('.virtual-list li').first().getAttribute('aria-posinset')) !== '1');
    const top = () =>
      page.evaluate(
        `(() => { const list = document.querySelector('.virtual-list').getBoundingClientRect();
          const row = document.elementFromPoint(list.left + 200, list.top + 20).closest('a'); return row.href + ' ' + row.getBoundingClientRect().top; })()`,
      );
    const before = await top();
    await news.waitFor({ timeout: 30_000 });
    await waitFor('more than one', async () => Number.parseInt((await news.textContent()) ?? '', 10) > 1, 60_000);
    expect(await top()).toBe(before);
    const known = await newest();
    await news.click();
    await waitFor('they are on top', async () => (await idsInPage(page))[0] !== undefined && ((await idsInPage(page))[0] ?? '') >= known);
    expect(watched.complaints).toEqual([]);

    proxy.set({ reset: true });
    await page.getByText('Connection lost.').waitFor();
    const last = await newest();
    await waitFor('events happen meanwhile', async () => (await newest()) > last, 60_000);
    proxy.set({});
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('Connection lost.').waitFor({ state: 'hidden' });
    await news.waitFor({ timeout: 30_000 });
    await news.click();
    await waitFor('the missed ones are there', async () => ((await idsInPage(page))[0] ?? '') > last, 30_000);
    await page.context().close();
    await proxy.close();
  }, 240_000);

  it('follows when told to, shows an event as it ends, and is walked through without a mouse', async () => {
    const watched = await open('/events?camera=cam0');
    const { page } = watched;
    await rows(page).first().waitFor();
    await page.getByRole('button', { name: 'Follow' }).click();
    const first = (await idsInPage(page))[0];
    await waitFor('a new one came by itself', async () => (await idsInPage(page))[0] !== first, 60_000);
    await page.getByRole('button', { name: 'Follow' }).click();
    const active = page.locator('.event-row.open').first();
    await waitFor(
      'one is active',
      async () =>
        (await active.count()) === 1 ||
        (await page
          .getByRole('button', { name: / new$/ })
          .click()
          .then(
            () => false,
            () => false,
          )),
      60_000,
    );
    const id = idOf(await active.getAttribute('href'));
    await waitFor(
      'it ended where it stands',
      async () => (await page.locator(`.event-row[href$="${id}"]`).textContent())?.includes('lasted') === true,
      60_000,
    );
    await page.locator('.virtual-list').focus();
    const focused = () => page.evaluate(`document.activeElement.getAttribute('href')?.split('/').at(-1) ?? ''`);
    await page.keyboard.press('ArrowDown');
    const [one = '', two = ''] = await idsInPage(page);
    expect(await focused()).toBe(one);
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe(two);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).filter({ hasText: 'rule0' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/events/${two}`);
    await page.keyboard.press('Escape');
    await rows(page).first().waitFor();
    await closed(watched);
  }, 200_000);
});

describe('the page of an event', () => {
  it('tells its course and why, draws its latency, gives its JSON, and stands at its address', async () => {
    const ended = async () => (await daemon.json<EventsAnswer>('/api/events?type=end&limit=1')).events[0];
    const event = await ended();
    const id = event?.id ?? '';
    const watched = await open(`/events/${id}`);
    const { page } = watched;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.reload();
    const course = page.locator('.course');
    await course.waitFor();
    const texts = await course.locator('> li').allTextContents();
    expect(texts[0]).toMatch(/It began: .* in one picture, at or above 0\.5000\./);
    expect(texts.at(-1)).toMatch(/It ended: .* in one picture, below 0\.5000\./);
    const answer = await daemon.json<LabelEvent & { readonly course: readonly LabelEvent[] }>(`/api/events/${id}`);
    const ledger = answer.course[0]?.latencyMs;
    expect(await page.locator('.latency-parts dd').allTextContents()).toEqual(
      [ledger?.decode, ledger?.queue, ledger?.preprocess, ledger?.inference, ledger?.decide].map((ms) => `${ms?.toFixed(1)} ms`),
    );
    await page.getByRole('button', { name: 'Copy JSON' }).click();
    await page.getByText('Copied').waitFor();
    expect(JSON.parse(await page.evaluate<string>('navigator.clipboard.readText()'))).toEqual(answer);
    await page.getByRole('button', { name: 'Copy link' }).click();
    await waitFor('the link is there', async () => (await page.evaluate('navigator.clipboard.readText()')) === `${origin()}/events/${id}`);
    await closed(watched);
  });

  it('shows a stored picture, and a hostile label as text', async () => {
    const answer = await daemon.json<EventsAnswer>(`/api/events?label=${encodeURIComponent(HOSTILE)}&limit=1`);
    const watched = await open(`/events/${answer.events[0]?.id ?? ''}`);
    await watched.page.locator('.labels .bar-label').first().waitFor();
    expect(await watched.page.locator('.labels .bar-label').first().textContent()).toBe(HOSTILE);
    await waitFor('the picture is there', async () => (await watched.page.evaluate(`document.querySelector('.event-picture').naturalWidth`)) === 160);
    await closed(watched);
  });
});

describe('a picture that is no longer kept', () => {
  it('is not asked for, neither by the list nor by the event, and that is said', async () => {
    const pruned = stored.slice(-PICTURES - PRUNED, -PICTURES);
    const goneNow = async () => (await daemon.json<EventsAnswer>('/api/events?per=event&limit=200')).gone;
    await waitFor('retention has taken them', () => !pruned.some((id) => existsSync(`${stand.stateDir}/snapshots/${id}.jpg`)));
    const told = await goneNow();
    expect(pruned.filter((id) => told[id]?.join() !== 'snapshot')).toEqual([]);
    expect(stored.slice(-PICTURES).filter((id) => told[id] !== undefined)).toEqual([]);
    const watched = await open('/events');
    const { page } = watched;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await rows(page).first().waitFor();
    await waitFor('a row says so', async () => {
      await page.evaluate(`document.querySelector('.virtual-list').scrollTop += 300`);
      return (await page.locator('.picture-gone').count()) > 2;
    });
    expect(await page.locator('.picture-gone').first().textContent()).toBe('picture no longer kept');
    await page.goto(`${origin()}/events/${pruned[0] ?? ''}`);
    await page.getByText('Its picture is no longer kept.').waitFor();
    expect(asked.filter((url) => pruned.some((id) => url.includes(`${id}/snapshot`)))).toEqual([]);
    await closed(watched);
  });

  it('and was taken away since the page was told of it, is said to be gone as well', async () => {
    const id = stored.at(-1) ?? '';
    const watched = await openPage(browser, origin());
    const { page } = watched;
    await page.route('**/snapshot.jpg', (route) => {
      rmSync(`${stand.stateDir}/snapshots/${id}.jpg`, { force: true });
      return route.continue();
    });
    await page.goto(`${origin()}/events/${id}`);
    await page.getByText('Its picture is no longer kept.').waitFor();
    // Chromium itself writes the request that failed to the console: one.
    expect(watched.complaints.length).toBe(1);
    expect(watched.complaints[0]).toContain('404');
    await page.context().close();
  });
});

describe('the system page', () => {
  it('says what the API says', async () => {
    const watched = await open('/system');
    const { page } = watched;
    const panel = (name: string) => page.getByRole('region', { name });
    await panel('Engine').getByText('onnx').first().waitFor();
    const { engine } = await daemon.json<{ engine: { model: string; sha256: string } }>('/api/stats');
    expect(await panel('Engine').textContent()).toContain(engine.model);
    expect(await panel('Engine').textContent()).toContain(engine.sha256.slice(0, 12));
    await waitFor(
      'the broker is connected, and nothing waits for long',
      async () => /Broker(?!not )connected.*Waiting/.test((await panel('MQTT').textContent()) ?? ''),
      30_000,
    );
    await waitFor('batches are counted', async () => {
      const { batches } = await daemon.json<{ batches: { count: number } }>('/api/stats');
      const shown = /Batches([\d,.]+), /.exec((await panel('Batches').locator('.facts').textContent()) ?? '')?.[1];
      return Math.abs(Number(shown?.replaceAll(/\D/g, '')) - batches.count) < 40;
    });
    await waitFor('the latency is drawn', async () => (await page.locator('.latency-chart .stage').count()) >= 8, 30_000);
    expect(await page.locator('.latency-chart').getAttribute('aria-label')).toMatch(/network \d+\.\d ms.*p95/);
    await waitFor('what waits is drawn', async () => /L/.test((await page.locator('.outbox-curve').first().getAttribute('d')) ?? ''), 30_000);
    expect(await page.locator('.outbox-curves svg').last().getAttribute('aria-label')).toMatch(
      /^Age of the oldest, last 5 minutes: now .* s, at most .* s$/,
    );
    const { clients } = await daemon.json<{ clients: readonly Client[] }>('/api/clients');
    expect(clients.at(-1)).toMatchObject({ kind: 'feed', address: '127.0.0.1', cameras: [], cameraCount: 0 });
    // The page asks each five seconds, for the first time before it is a client itself.
    const shownClients = () => panel('Clients').locator('li').allTextContents();
    await waitFor('this very page is listed', async () => /^Feed 127\.0\.0\.1 came .*watches no camera/.test((await shownClients()).at(-1) ?? ''));
    await panel('Configuration').getByText('In force').click();
    const config = JSON.parse((await page.locator('.config-text').textContent()) ?? '') as { cameras: object };
    expect(Object.keys(config.cameras)).toEqual(stand.cameras.ids);
    await closed(watched);
  });

  it('says how much waits for a broker that is away, and for how long, until it has it all', async () => {
    const { page, complaints } = await open('/system');
    const facts = page.getByRole('region', { name: 'MQTT' }).locator('.facts');
    const words = async () => (await facts.textContent()) ?? '';
    await broker.stop();
    await waitFor('messages wait', async () => /Brokernot connected.*Waiting[3-9] messages, the oldest for \d+ s/.test(await words()), 60_000);
    const { depth } = await daemon.json<{ depth: number }>('/api/outbox');
    expect(Math.abs(depth - Number(/Waiting(\d+)/.exec(await words())?.[1]))).toBeLessThanOrEqual(2);
    await broker.start();
    await waitFor('all is told', async () => /Broker(?!not )connected.*Waitingnothing/.test(await words()), 60_000);
    expect(await page.locator('.outbox-curves svg').first().getAttribute('aria-label')).toMatch(/now 0, at most [1-9]/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says why a reload was refused, and that a later one was applied', async () => {
    const good = readFileSync(daemon.configFile, 'utf8');
    const watched = await open('/system');
    const panel = watched.page.getByRole('region', { name: 'Configuration' });
    writeFileSync(daemon.configFile, `${good}\nnonsense: 1\n`);
    daemon.kill('SIGHUP');
    await panel.getByText('Nothing was changed: the changed file is wrong').waitFor({ timeout: 30_000 });
    expect(await panel.textContent()).toContain('nonsense');
    writeFileSync(daemon.configFile, good);
    daemon.kill('SIGHUP');
    await panel.getByText('Reloaded, no camera changed').waitFor({ timeout: 30_000 });
    await closed(watched);
  });

  it('takes a camera that a reload removed off the wall and puts one that it added in its place, and closes its page', async () => {
    const good = readFileSync(daemon.configFile, 'utf8');
    const [first = '', second = ''] = stand.cameras.ids;
    const [wall, camera] = [await open('/'), await open(`/camera/${first}`)];
    const tiles = () => wall.page.evaluate<string[]>("[...document.querySelectorAll('[data-camera]')].map((cell) => cell.dataset.camera)");
    await waitFor('both are there', async () => (await tiles()).join() === `${first},${second}`);
    writeFileSync(daemon.configFile, good.replace(`"${first}":`, '"fresh":'));
    daemon.kill('SIGHUP');
    await waitFor('one has the place of the other', async () => (await tiles()).join() === `fresh,${second}`, 30_000);
    await camera.page.getByRole('heading', { name: 'There is no such camera' }).waitFor({ timeout: 30_000 });
    writeFileSync(daemon.configFile, good);
    daemon.kill('SIGHUP');
    await waitFor('it is back', async () => (await tiles()).join() === `${first},${second}`, 30_000);
    await camera.page.getByRole('heading', { name: first }).waitFor({ timeout: 30_000 });
    // A page that asks for what is gone is told so with 404, which the browser complains of.
    expect(camera.complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
    await camera.page.context().close();
    await closed(wall);
  });

  it('says that the engine is away', async () => {
    const { page, complaints } = await open('/system');
    await page.getByRole('region', { name: 'Engine' }).waitFor();
    const fault = page.getByText('Not ready: the engine is away');
    expect(await fault.count()).toBe(0);
    const config = readFileSync(daemon.configFile, 'utf8');
    const models = /^modelsDir: (.*)$/m.exec(config)?.[1] ?? '';
    renameSync(models, `${models}-away`);
    const engine = processTree(daemon.pid).find(({ command }) => command.includes('engine-main'));
    process.kill(engine?.pid ?? 0, 'SIGKILL');
    await fault.waitFor({ timeout: 30_000 });
    renameSync(`${models}-away`, models);
    await fault.waitFor({ state: 'detached', timeout: 60_000 });
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
