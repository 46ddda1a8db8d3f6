import type { Browser } from 'playwright-core';
import { quantile } from '../src/util/percentile.ts';
import { LiveClient } from '../test/helpers/live-client.ts';
import { openLivePage } from '../test/helpers/live-page.ts';
import type { LiveStand } from '../test/helpers/live-stand.ts';

/** Times since a viewer asked, ms. */
interface Opening {
  /** The stream's beginning is there: the camera has been connected to. */
  readonly beginning: number;
  /** The first picture has come to the browser. */
  readonly arrived: number;
  readonly shown: number;
  /** Of one that comes while the first looks: its first picture has come. */
  readonly second: number;
}

export type Mode = 'auto' | 'jsmpeg';

/** Opens each of `cameras` once, cold, in a page of its own. */
export async function firstPictures(
  stand: LiveStand,
  browser: Browser,
  files: ReadonlyMap<string, string>,
  cameras: readonly string[],
  mode: Mode,
): Promise<Opening[]> {
  const openings: Opening[] = [];
  for (const camera of cameras) {
    const { page } = await openLivePage(browser, stand.daemon.port, files);
    const times = await page.evaluate<Omit<Opening, 'second'>>(`new Promise((resolve, reject) => {
      const [startMs, came, video] = [performance.now(), [], document.querySelector('video')];
      const now = () => performance.now() - startMs;
      const Socket = globalThis.WebSocket;
      globalThis.WebSocket = class extends Socket {
        constructor(url) {
          super(url);
          this.addEventListener('message', ({ data }) => came.push([typeof data === 'string' ? 'text' : 'bytes', now()]));
        }
      };
      const finish = () => {
        const [bytes, beginning] = [came.filter(([kind]) => kind === 'bytes'), came.find(([kind]) => kind === 'text')];
        // What comes first of a passed on stream is its beginning, without a picture.
        resolve({ beginning: beginning[1], arrived: bytes[${mode === 'auto' ? 1 : 0}][1], shown: now() });
      };
      if (${mode === 'auto'}) video.requestVideoFrameCallback(finish);
      else states.push = (state) => (state.kind === 'playing' ? finish() : 0);
      setTimeout(() => reject(new Error('no picture within 30 s')), 30_000);
      openPlayer(${JSON.stringify(camera)}, ${JSON.stringify(mode)});
    })`);
    const other = new LiveClient(stand.url(camera, mode === 'auto' ? '' : '?mode=jsmpeg'));
    const wanted = mode === 'auto' ? 2 : 1;
    await other.until('a picture', ({ frames }) => frames.length >= wanted, 30_000);
    openings.push({ ...times, second: other.frames[wanted - 1]?.atMs ?? Number.NaN });
    await other.close();
    await page.close();
  }
  return openings;
}

/** Least, median and 95th percentile of each time. */
export function openingRows(what: string, openings: readonly Opening[]): (string | number)[][] {
  const names = {
    beginning: 'camera connected',
    arrived: 'first picture has come',
    shown: 'first picture is shown',
    second: 'a second viewer: has come',
  } as const;
  return Object.entries(names).map(([key, name]) => {
    const times = openings.map((opening) => opening[key as keyof Opening]);
    return [what, name, openings.length, ...[0, 0.5, 0.95].map((q) => Math.round(quantile(times, q)))];
  });
}
