import type { Browser, CDPSession, Page } from 'playwright-core';
import sharp from 'sharp';
import type { Classification } from '../../src/events/label-event.ts';
import { isoTime, systemClock } from '../../src/util/clock.ts';
import { openPage } from './browser.ts';
import { exampleCamera, labelEvent, type Stage, startStage } from './http-stage.ts';
import { waitFor } from './wait-for.ts';

export interface WallFigures {
  readonly tiles: number;
  /** From the request of the page to the first picture on it. */
  readonly firstPictureMs: number;
  readonly picturesPerSecond: number;
  /** Of the time, in tasks of 50 ms and more: by the clock, which runs on while others have the processor, too. */
  readonly longTaskShare: number;
  /** The same by the processor's time that they took, over the first ten seconds. */
  readonly longTaskCpuShare: number;
  /** Of one processor, over the first ten seconds. */
  readonly mainThreadCpuShare: number;
  readonly longestTaskMs: number;
  /** After the garbage was collected: at the begin, and at each `heapEveryMs`. */
  readonly heapMiB: readonly number[];
}

const SIZE = { width: 640, height: 360 };
const LABELS = ['Neutral', 'Drawing', 'Porn', 'Hentai', 'Sexy'];
const SCENES = 24;
const TRACE_MS = 10_000;
const LONG_TASK_MS = 50;
/** All of 64 small tiles are in sight. */
const VIEWPORT = { width: 2560, height: 1600 };

export interface CrowdedWallOptions {
  readonly browser: Browser;
  readonly cameras: number;
  readonly picturesPerSecond: number;
  readonly forMs: number;
  readonly heapEveryMs: number;
}

/** The wall in a browser, fed by the real server with a script in place of cameras and network: no small machine judges so many. */
export async function crowdedWall({ browser, cameras, picturesPerSecond, forMs, heapEveryMs }: CrowdedWallOptions): Promise<WallFigures> {
  const stage = await startStage({ config: { auth: { mode: 'none', tokenFile: '' } } });
  stage.view.list.splice(
    0,
    Number.POSITIVE_INFINITY,
    ...Array.from({ length: cameras }, (_, index) => exampleCamera(`camera${index}`, `Camera ${index}`)),
  );
  const stop = play(stage, await drawScenes(), 1000 / picturesPerSecond);
  const { page, complaints } = await openPage(browser, stage.server.url, { viewport: VIEWPORT });
  try {
    await page.addInitScript(COUNTERS);
    const session = await page.context().newCDPSession(page);
    await page.goto(`${stage.server.url}/?size=small`);
    await waitFor('all tiles have a picture', async () => (await counted(page)).canvases >= cameras, 30_000);
    const heapMiB = [await heapOf(session)];
    const traced = await traceTasks(browser, page, Math.min(TRACE_MS, forMs));
    const before = await counted(page);
    const beganAt = performance.now();
    while (performance.now() - beganAt < forMs) {
      await page.waitForTimeout(Math.min(heapEveryMs, Math.max(1, forMs - (performance.now() - beganAt))));
      heapMiB.push(await heapOf(session));
    }
    const after = await counted(page);
    const tookMs = performance.now() - beganAt;
    if (complaints.length > 0) throw new Error(complaints.slice(0, 10).join('\n'));
    return {
      tiles: cameras,
      firstPictureMs: after.firstMs,
      picturesPerSecond: ((after.pictures - before.pictures) / tookMs) * 1000,
      longTaskShare: (after.longMs - before.longMs) / tookMs,
      ...traced,
      longestTaskMs: after.longestMs,
      heapMiB,
    };
  } finally {
    await page.context().close();
    stop();
    await stage.close();
  }
}

interface Counted {
  readonly pictures: number;
  readonly canvases: number;
  readonly firstMs: number;
  readonly longMs: number;
  readonly longestMs: number;
}

const COUNTERS = `
  const counted = (globalThis.counted = { pictures: 0, canvases: 0, firstMs: 0, longMs: 0, longestMs: 0 });
  const seen = new WeakSet(); let canvases = 0;
  const { transferFromImageBitmap } = ImageBitmapRenderingContext.prototype;
  ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (bitmap) {
    if (bitmap) {
      counted.pictures += 1; counted.firstMs ||= performance.now();
      if (!seen.has(this)) { seen.add(this); counted.canvases = ++canvases; }
    }
    return transferFromImageBitmap.call(this, bitmap);
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) { counted.longMs += duration; counted.longestMs = Math.max(counted.longestMs, duration); }
  }).observe({ type: 'longtask', buffered: true });`;

function counted(page: Page): Promise<Counted> {
  return page.evaluate<Counted>('globalThis.counted');
}

/** What the page's main thread does, by the processor's time. */
async function traceTasks(browser: Browser, page: Page, forMs: number): Promise<Pick<WallFigures, 'longTaskCpuShare' | 'mainThreadCpuShare'>> {
  await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
  await page.waitForTimeout(forMs);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
  const mains = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf));
  const tasks = traceEvents
    .filter((event) => event.name === 'ThreadControllerImpl::RunTask' && mains.has(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000);
  if (tasks.length === 0) throw new Error('the trace tells of no task: has the browser changed their name?');
  const share = (chosen: readonly number[]) => chosen.reduce((sum, ms) => sum + ms, 0) / forMs;
  return { longTaskCpuShare: share(tasks.filter((ms) => ms >= LONG_TASK_MS)), mainThreadCpuShare: share(tasks) };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of the processor, µs. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

function threadOf({ pid, tid }: TraceEvent): string {
  return `${pid} ${tid}`;
}

async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

/** Soft clouds of colour: about as many bytes as a picture of a camera. */
function drawScenes(): Promise<readonly Uint8Array[]> {
  const scene = (seed: number) => {
    const raw = { width: 40, height: 23, channels: 3 } as const;
    const noise = Uint8Array.from(
      { length: raw.width * raw.height * raw.channels },
      (_, index) => ((index * 2_654_435_761 * (seed + 1)) >>> 24) & 255,
    );
    return sharp(noise, { raw }).resize(SIZE.width, SIZE.height, { fit: 'fill' }).jpeg({ quality: 75 }).toBuffer();
  };
  return Promise.all(Array.from({ length: SCENES }, (_, seed) => scene(seed)));
}

/** Every camera in its turn: a verdict, its picture, now and then an event. Returns what ends it. */
function play(stage: Stage, scenes: readonly Uint8Array[], periodMs: number): () => void {
  const { feed, view } = stage;
  let turn = 0;
  let sequence = 0;
  const next = () => {
    const index = turn % view.list.length;
    const frame = Math.floor(turn / view.list.length);
    turn += 1;
    const camera = view.list[index]?.id ?? '';
    const score = 0.5 + 0.5 * Math.sin(turn / 37);
    feed.classification(verdict(camera, frame, score), { heads: {}, rules: { unsafe: { active: score > 0.8, score, eventId: null } } });
    feed.tile(camera, frame, () => Promise.resolve(scenes[(turn + index) % scenes.length] ?? new Uint8Array()));
    if (turn % 97 !== 0) return;
    sequence += 1;
    const at = isoTime(systemClock.wallMs());
    const id = `01JD8Q4Z3M5R7T9V1X${String(sequence >> 1).padStart(8, '0')}`;
    feed.event(labelEvent(sequence, { id, camera, type: sequence % 2 === 1 ? 'start' : 'end', startedAt: at, at }));
  };
  // Not a timer a picture: that would ask for more than timers give.
  const beganAt = performance.now();
  const pictures = setInterval(() => {
    const due = ((performance.now() - beganAt) / periodMs) * view.list.length;
    while (turn < due) next();
  }, 10);
  const figures = setInterval(() => feed.stats(statsNow(view.list.length)), 1000);
  return () => {
    clearInterval(pictures);
    clearInterval(figures);
  };
}

function verdict(camera: string, sequence: number, score: number): Classification {
  const scores = LABELS.map((label, place) => ({ label, score: place === 0 ? score : (1 - score) / 4 }));
  return {
    ...{ camera, region: 'full', scores },
    frame: { sequence, receivedAt: systemClock.wallMs(), receivedMono: systemClock.monotonicMs(), ...SIZE },
    ledger: { total: 90, decode: 9, queue: 10, preprocess: 4, inference: 66, decide: 1, bound: 500, feasible: true },
    batch: { id: 1, size: 4, paddedTo: 4, flushReason: 'deadline' },
  };
}

function statsNow(total: number): object {
  const percentiles = { p50: 80, p95: 120, p99: 150 };
  return {
    at: isoTime(systemClock.wallMs()),
    version: '1.2.3',
    uptimeSeconds: 1,
    cameras: { total, live: total, byState: { live: total } },
    framesPerSecond: { received: 2 * total, classified: 2 * total },
    batches: { count: 1, perSecond: 1, meanSize: 1, sizes: {}, flushReasons: {} },
    latencyMs: percentiles,
    stagesMs: { queue: percentiles, preprocess: percentiles, inference: percentiles, commit: percentiles, puback: percentiles },
    drops: {},
    deadlineMissed: 0,
    boundsInfeasible: 0,
    events: { messages: 0, lastSequence: 0, oldestSequence: 0, storeId: 'store-1' },
    outbox: { depth: 0, oldestSeconds: 0 },
    mqtt: null,
    engine: null,
    websocket: { clients: 1, dropped: {} },
    memory: { rss: 0, heapUsed: 0 },
  };
}
