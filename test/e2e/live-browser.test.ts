import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../helpers/daemon.ts';
import { bundleLivePage, type LivePage, launchChromium, openLivePage } from '../helpers/live-page.ts';
import { type LiveStand, startLiveStand } from '../helpers/live-stand.ts';
import { burntTime, type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

const LIMIT_MS = 20_000;

let folder: string;
let server: RtspServer;
let returning: RtspServer;
let stand: LiveStand;
let browser: Browser;
/** What was opened, to be closed in reverse. */
const opened: (() => Promise<void>)[] = [];
let files: ReadonlyMap<string, string>;
let small: string;

interface State {
  readonly kind: string;
  readonly mode?: string;
  readonly code?: string;
  readonly width?: number;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-live-browser-'));
  const large = await makeTestClip({ file: path.join(folder, 'large.mp4'), seconds: 4 });
  const reordered = await makeTestClip({ file: path.join(folder, 'reordered.mp4'), seconds: 4, bFrames: 2, preset: 'veryfast' });
  small = await makeTestClip({ file: path.join(folder, 'small.mp4'), seconds: 4, size: '320x240' });
  const mjpeg = await makeTestClip({ file: path.join(folder, 'mjpeg.mkv'), seconds: 4, codec: 'mjpeg', size: '320x240' });
  const hevc = await makeTestClip({ file: path.join(folder, 'hevc.mp4'), seconds: 4, codec: 'libx265', size: '320x240' });
  const clip = (file: string) => ({ kind: 'clip', clips: [file] }) as const;
  server = await startRtspServer({
    mounts: { large: clip(large), reordered: clip(reordered), mjpeg: clip(mjpeg), hevc: clip(hevc), clock: { kind: 'clock', fps: 25, gop: 25 } },
  });
  opened.push(() => server.close());
  returning = await startRtspServer({ port: await freePort(), mounts: { cam: clip(large) } });
  opened.push(() => returning.close());
  stand = await startLiveStand({
    large: { url: server.url('large') },
    reordered: { url: server.url('reordered') },
    mjpeg: { url: server.url('mjpeg') },
    hevc: { url: server.url('hevc') },
    clock: { url: server.url('clock') },
    returning: { url: returning.url('cam') },
    off: { url: server.url('large'), enabled: false },
  });
  opened.push(() => stand.close());
  files = await bundleLivePage();
  browser = await launchChromium();
  opened.push(() => browser.close());
});

afterAll(async () => {
  for (const close of opened.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

const states = (page: Page) => page.evaluate(() => (globalThis as unknown as { states: State[] }).states);

async function open(camera: string, mode: 'auto' | 'jsmpeg' = 'auto'): Promise<LivePage> {
  const live = await openLivePage(browser, stand.daemon.port, files);
  await live.page.evaluate(`openPlayer(${JSON.stringify(camera)}, ${JSON.stringify(mode)})`);
  return live;
}

async function untilState(page: Page, isMet: (state: State) => boolean): Promise<void> {
  await waitFor('the state', async () => (await states(page)).some(isMet), LIMIT_MS);
}

/** A number that says what is in the picture; of `video`, or of `canvas`. */
function pictureMark(page: Page, element: 'video' | 'canvas'): Promise<number> {
  return page.evaluate(`new Promise((resolve) => requestAnimationFrame(() => {
    const source = document.querySelector('${element}');
    const copy = new OffscreenCanvas(64, 36).getContext('2d');
    copy.drawImage(source, 0, 0, 64, 36);
    resolve(copy.getImageData(0, 0, 64, 36).data.reduce((mark, value, index) => (mark * 31 + value * (index % 7)) % 1000003, 7));
  }))`);
}

async function differentPictures(page: Page, element: 'video' | 'canvas'): Promise<number> {
  const marks = new Set<number>();
  await waitFor('pictures that differ', async () => marks.add(await pictureMark(page, element)).size > 5, LIMIT_MS);
  return marks.size;
}

const video = <T>(page: Page, what: string): Promise<T> =>
  page.evaluate(`(() => { const video = document.querySelector('video'); return ${what}; })()`);

/**
 * A page that can be as one that nobody sees, `isHidden`: it gets no frames, and its video does not play, while all that the network brings still comes. A browser without
 * a screen hides none by itself. `seen` is the page shown again: each frame's burnt in clock, as bits, for `ms`.
 */
async function openHideable(camera: string, mode: 'auto' | 'jsmpeg'): Promise<LivePage> {
  const live = await openLivePage(browser, stand.daemon.port, files);
  await live.page.evaluate(`(() => {
    globalThis.isHidden = false;
    const [frame, play, held] = [globalThis.requestAnimationFrame.bind(globalThis), HTMLMediaElement.prototype.play, []];
    globalThis.requestAnimationFrame = (work) => (isHidden ? held.push(work) : frame((at) => (isHidden ? held.push(work) : work(at))));
    HTMLMediaElement.prototype.play = function () {
      return isHidden ? Promise.reject(new Error('hidden')) : play.call(this);
    };
    globalThis.seen = (element, ms) => new Promise((resolve) => {
      isHidden = false;
      for (const work of held.splice(0)) requestAnimationFrame(work);
      const [source, copy, clocks, until] = [document.querySelector(element), new OffscreenCanvas(384, 32).getContext('2d'), [], performance.now() + ms];
      const look = () => {
        copy.drawImage(source, 0, 0, 384, 32, 0, 0, 384, 32);
        const { data } = copy.getImageData(0, 0, 384, 32);
        const bits = Array.from({ length: 48 }, (_, i) => (data[4 * ((8 + 16 * Math.floor(i / 24)) * 384 + (i % 24) * 16 + 8)] > 126 ? 1 : 0));
        clocks.push({ at: Date.now(), bits: bits.join('') });
        if (performance.now() > until) resolve(clocks);
        else frame(look);
      };
      frame(look);
    });
    openPlayer(${JSON.stringify(camera)}, ${JSON.stringify(mode)});
  })()`);
  return live;
}

describe('full motion in Chromium', () => {
  it.each(['large', 'reordered'])('plays %s as the camera sends it, near the edge, without another player', async (camera) => {
    const { page, faults, scripts } = await open(camera);
    await untilState(page, ({ kind, mode }) => kind === 'playing' && mode === 'mse');
    const before = await video<number>(page, 'video.currentTime');
    await waitFor('it goes on', async () => (await video<number>(page, 'video.currentTime')) > before + 3, LIMIT_MS);
    expect(await differentPictures(page, 'video')).toBeGreaterThan(5);
    expect(await video<number>(page, 'video.buffered.end(video.buffered.length - 1) - video.currentTime')).toBeLessThan(2);
    expect(await video<[number, number]>(page, '[video.videoWidth, video.videoHeight]')).toEqual([640, 360]);
    expect(await video<[boolean, boolean]>(page, "[video.hidden, document.querySelector('canvas').hidden]")).toEqual([false, true]);
    // Without need the other player is not even loaded.
    expect([...scripts.keys()]).toEqual(['/live-page/entry.js']);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each([
    ['mjpeg', 'auto'],
    // Debian's Chromium does not play it.
    ['hevc', 'auto'],
    ['large', 'jsmpeg'],
  ] as const)('draws %s (%s) by JSMpeg under the policy of the daemon', async (camera, mode) => {
    const { page, faults, scripts } = await open(camera, mode);
    await untilState(page, (state) => state.kind === 'playing' && state.mode === 'jsmpeg');
    expect(await differentPictures(page, 'canvas')).toBeGreaterThan(5);
    expect(await video<[boolean, boolean]>(page, "[video.hidden, document.querySelector('canvas').hidden]")).toEqual([true, false]);
    expect(scripts.size).toBe(2);
    expect(await page.evaluate("document.querySelectorAll('style').length")).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('gives back what it draws with, and says so when the browser takes it away', async () => {
    const { page, faults } = await openLivePage(browser, stand.daemon.port, files);
    await page.evaluate(`(() => {
      const getContext = HTMLCanvasElement.prototype.getContext;
      globalThis.contexts = new Set();
      HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        const context = getContext.call(this, kind, ...more);
        if (kind.includes('webgl') && context) contexts.add(context);
        return context;
      };
    })()`);
    const living = () => page.evaluate<number>('[...contexts].filter((context) => !context.isContextLost()).length');
    await page.evaluate(`openPlayer('large', 'jsmpeg')`);
    await untilState(page, ({ kind }) => kind === 'playing');
    // A browser has room for sixteen; one more, and the oldest is lost.
    expect(await living()).toBe(1);
    await page.evaluate('player.close()');
    await waitFor('it is given back', async () => (await living()) === 0);
    await page.evaluate(
      `document.querySelector('canvas').replaceWith(document.createElement('canvas')); states.length = 0; openPlayer('large', 'jsmpeg')`,
    );
    await untilState(page, ({ kind }) => kind === 'playing');
    await page.evaluate(`document.querySelector('canvas').getContext('webgl').getExtension('WEBGL_lose_context').loseContext()`);
    await untilState(page, ({ kind, code }) => kind === 'refused' && code === 'JSMPEG_FAILED');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('says why there is nothing, plays again with another size, and leaves nothing when it is closed', async () => {
    const [{ page }, { page: coded }] = [await open('returning'), await open('returning', 'jsmpeg')];
    await untilState(page, ({ kind, width }) => kind === 'playing' && width === 640);
    await untilState(coded, ({ kind, width }) => kind === 'playing' && width === 640);
    await returning.close();
    for (const shown of [page, coded]) {
      await untilState(shown, ({ kind, code }) => kind === 'offline' && code?.startsWith('CAMERA_') === true);
      const mark = async () =>
        [await video<number>(shown, 'video.currentTime'), await pictureMark(shown, shown === page ? 'video' : 'canvas')].join();
      let stood = 0;
      let last = '';
      await waitFor('what was in hand is over', async () => {
        const now = await mark();
        stood = now === last ? stood + 1 : 0;
        last = now;
        return stood > 10;
      });
      expect((await states(shown)).at(-1)?.kind).not.toBe('playing');
    }
    returning = await startRtspServer({ port: returning.port, mounts: { cam: { kind: 'clip', clips: [small] } } });
    await untilState(page, ({ kind, width }) => kind === 'playing' && width === 320);
    expect(await differentPictures(page, 'video')).toBeGreaterThan(5);
    await untilState(coded, ({ kind, width }) => kind === 'playing' && width === 320);
    expect(await differentPictures(coded, 'canvas')).toBeGreaterThan(5);
    await coded.close();
    await page.evaluate('player.close()');
    expect(await video<string | null>(page, "video.getAttribute('src')")).toBeNull();
    await waitFor('the seat is free', async () => (await stand.metric('live_viewers{camera="returning"}')) === 0);
    const told = (await states(page)).length;
    await waitFor('the child ends', () => !stand.children().passthrough.length, LIMIT_MS);
    expect((await states(page)).length).toBe(told);
    await page.close();
  });

  it.each([
    ['once: the past goes, and it plays on', 1, 1],
    ['for good: it begins anew at the edge', 1_000, 2],
  ])('does not swallow it when the browser has no room left, %s', async (_what, refusals, connections) => {
    const live = await openLivePage(browser, stand.daemon.port, files);
    const sockets: string[] = [];
    live.page.on('websocket', (socket) => sockets.push(socket.url()));
    // A browser says so only after a hundred megabytes.
    await live.page.evaluate(`(() => {
      const append = SourceBuffer.prototype.appendBuffer;
      let [first, refusals] = [null, ${refusals}];
      SourceBuffer.prototype.appendBuffer = function (bytes) {
        first ??= this;
        const hasPlayed = document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 60;
        if (this === first && hasPlayed && refusals-- > 0) throw new DOMException('full', 'QuotaExceededError');
        return append.call(this, bytes);
      };
      const remove = SourceBuffer.prototype.remove;
      globalThis.removals = [];
      SourceBuffer.prototype.remove = function (start, end) {
        globalThis.removals.push([start, end]);
        return remove.call(this, start, end);
      };
      openPlayer('large', 'auto');
    })()`);
    await waitFor('room is made', async () => (await live.page.evaluate('removals.length')) !== 0, LIMIT_MS);
    await waitFor('the connections', () => sockets.length === connections, LIMIT_MS);
    const before = await video<number>(live.page, 'video.getVideoPlaybackQuality().totalVideoFrames');
    await waitFor(
      'it plays on',
      async () => (await video<number>(live.page, 'video.getVideoPlaybackQuality().totalVideoFrames')) > before + 20,
      LIMIT_MS,
    );
    await live.page.close();
  });

  it('comes back to what happens now when the page was not seen for a while, and shows nothing old', async () => {
    const [{ page: plain }, { page: coded }] = [await openHideable('clock', 'auto'), await openHideable('clock', 'jsmpeg')];
    for (const page of [plain, coded]) {
      await untilState(page, ({ kind }) => kind === 'playing');
      await page.evaluate('isHidden = true; document.querySelector("video").pause()');
    }
    const [stood, startMs] = [await video<number>(plain, 'video.currentTime'), performance.now()];
    await waitFor('some seconds that nobody sees', () => performance.now() - startMs > 6000);
    expect(await video<number>(plain, 'video.currentTime')).toBeLessThan(stood + 10);
    for (const [page, element] of [
      [plain, 'video'],
      [coded, 'canvas'],
    ] as const) {
      const clocks = await page.evaluate<{ at: number; bits: string }[]>(`seen('${element}', 1500)`);
      // A canvas that was drawn to before this frame reads as black.
      const drawn = clocks.filter(({ bits }) => bits.includes('1'));
      const ages = drawn.flatMap(({ at, bits }) => (at < (clocks[0]?.at ?? 0) + 500 ? [] : [at - (burntTime(bits, at) ?? at)]));
      expect(ages.length).toBeGreaterThan(10);
      expect(Math.max(...ages)).toBeLessThan(1200);
      await page.close();
    }
  });

  it('goes on by itself when the daemon was restarted', async () => {
    const pages = [
      [(await open('large')).page, 'video'],
      [(await open('large', 'jsmpeg')).page, 'canvas'],
    ] as const;
    for (const [page] of pages) await untilState(page, ({ kind }) => kind === 'playing');
    await stand.restart();
    for (const [page, element] of pages) {
      await waitFor('it plays again', async () => (await states(page)).slice(2).at(-1)?.kind === 'playing', 3 * LIMIT_MS);
      expect((await states(page)).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['connecting', 'playing', 'connecting', 'playing']));
      expect(await differentPictures(page, element)).toBeGreaterThan(5);
      if (element === 'video') {
        const before = await video<number>(page, 'video.currentTime');
        await waitFor('it goes on', async () => (await video<number>(page, 'video.currentTime')) > before + 1, LIMIT_MS);
      }
      await page.close();
    }
  });

  it('waits for a camera that is switched off', async () => {
    const { page } = await open('off');
    await untilState(page, ({ code }) => code === 'CAMERA_DISABLED');
    await fetch(`http://127.0.0.1:${stand.daemon.port}/api/cameras/off/enabled`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"enabled":true}',
    });
    await untilState(page, ({ kind }) => kind === 'playing');
    await page.close();
  });
});
