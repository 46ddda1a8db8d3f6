import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelEvent, LatencyLedger } from '../../src/events/label-event.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { quantile } from '../../src/util/percentile.ts';
import { type Daemon, FEW_BATCH_SIZES, startDaemon } from '../helpers/daemon.ts';
import { connectFeed, type FeedClient } from '../helpers/feed-client.ts';
import { processTree } from '../helpers/process-tree.ts';
import { burntClock, type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { waitFor } from '../helpers/wait-for.ts';

// Two measures that know nothing of each other: the ledger that comes with each verdict, and from outside the time from the clock that the camera burnt into
// the picture to the arrival of the verdict at a subscriber. What lies between them is the camera's own encoding and the way to the subscriber.
const FPS = 100;
const BOUND_MS = 400;
const CAMERAS = ['plain', 'reordered'] as const;
/** What an idle machine shows is 12 and 41 ms: the next picture ends this one, and B-frames are sent up to three pictures late. One inference more would be seen. */
const OUTSIDE_MS = { plain: 45, reordered: 75 } as const;
/** Clocks are read in whole milliseconds on three sides. */
const GRAIN_MS = 3;

interface Judged {
  readonly camera: string;
  readonly sequence: number;
  readonly ledger: LatencyLedger;
  /** When the subscriber had it, wall clock, ms. */
  readonly cameAt: number;
}

let server: RtspServer;
let daemon: Daemon;
let feed: FeedClient;

const judged = (): Judged[] =>
  feed.messages.flatMap((message, index) => {
    if (message['type'] !== 'classification') return [];
    const { sequence } = message['frame'] as { sequence: number };
    return [{ camera: String(message['camera']), sequence, ledger: message['latencyMs'] as LatencyLedger, cameAt: feed.cameAt[index] ?? 0 }];
  });
const parts = ({ decode, queue, preprocess, inference, decide }: LatencyLedger) => [decode, queue, preprocess, inference, decide];
const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

beforeAll(async () => {
  const clock = { kind: 'clock', fps: FPS, gop: FPS } as const;
  server = await startRtspServer({ mounts: { plain: { ...clock, bFrames: 0 }, reordered: { ...clock, bFrames: 2 } } });
  daemon = await startDaemon({
    yaml: `
mqtt: { enabled: false }
${FEW_BATCH_SIZES}
cameraDefaults:
  sampleFps: 3
  decode: all
  frameWidth: 384
  maxLatencyMs: ${BOUND_MS}
  rules:
    # Whatever is seen: on for half a second, and on again.
    anything: { labels: [Drawing, Hentai, Neutral, Porn, Sexy], enter: 0.5, exit: 0.1, minFrames: 1, maxDurationMs: 500, cooldownMs: 0 }
cameras:
${CAMERAS.map((id) => `  ${id}: { url: "${server.url(id)}" }`).join('\n')}
`,
  });
  // Nothing comes before the subscriber is there: it sees every verdict.
  server.stop();
  await daemon.ready();
  feed = await connectFeed(daemon.port);
  feed.watch(CAMERAS);
  server.cont();
}, 240_000);

afterAll(async () => {
  feed.close();
  await daemon.stop();
  await server.close();
});

describe('the ledger of real verdicts', () => {
  it('adds up, part by part, in every classification and every event', async () => {
    const seen = () => CAMERAS.every((id) => judged().filter(({ camera }) => camera === id).length >= 25);
    await waitFor('verdicts of both cameras', () => seen() && feed.events.length >= 20, 60_000);
    const ledgers = [...judged().map(({ ledger }) => ledger), ...feed.events.map(({ latencyMs }) => latencyMs)];
    for (const ledger of ledgers) {
      expect(Math.min(...parts(ledger)), JSON.stringify(ledger)).toBeGreaterThanOrEqual(0);
      expect(Math.abs(sumOf(parts(ledger)) - ledger.total), JSON.stringify(ledger)).toBeLessThan(1);
      expect(ledger.bound).toBe(BOUND_MS);
      expect(ledger.inference).toBeGreaterThan(1);
      expect(ledger.decode).toBeGreaterThan(0);
    }
    // An event carries the ledger of the frame that decided it.
    for (const event of feed.events.filter(({ type }) => type === 'start')) {
      const same = judged().find(({ camera, sequence }) => camera === event.camera && sequence === event.frame.sequence);
      expect(Math.abs((same?.ledger.total ?? 0) - event.latencyMs.total)).toBeLessThan(1);
    }
  });

  // A machine that stands still for a moment hits single verdicts; a ledger that leaves something out does so in all of them.
  it('is bracketed by what is seen from outside: capture and arrival at the subscriber', { retry: 1 }, async () => {
    const from = feed.tiles.length;
    await waitFor('tiles', () => feed.tiles.length >= from + 24, 60_000);
    const outside = { plain: [] as number[], reordered: [] as number[] };
    for (const { cameraId, frameSequence, jpeg } of feed.tiles.slice(from)) {
      const verdict = judged().find(({ camera, sequence }) => camera === cameraId && sequence === Number(frameSequence));
      if (!verdict) continue;
      const { data } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const capturedAt = burntClock(data, verdict.cameAt);
      expect(capturedAt, 'a picture without a readable clock').not.toBeNull();
      const ageMs = verdict.cameAt - (capturedAt ?? 0);
      // No verdict can be older than it is said to be and arrive earlier than it was made.
      expect(verdict.ledger.total).toBeLessThanOrEqual(ageMs + GRAIN_MS);
      outside[cameraId === 'plain' ? 'plain' : 'reordered'].push(ageMs - verdict.ledger.total);
    }
    for (const id of CAMERAS) {
      const words = `${id}: ${outside[id].map((ms) => ms.toFixed(0)).join(' ')}`;
      expect(outside[id].length, words).toBeGreaterThanOrEqual(8);
      expect(quantile(outside[id], 0.5), words).toBeLessThan(OUTSIDE_MS[id]);
      expect(quantile(outside[id], 0.8), words).toBeLessThan(200);
    }
  });

  it('has an event no earlier than its own frame and ledger say', () => {
    feed.messages.forEach((message, index) => {
      if (message['type'] !== 'event') return;
      const { frame, latencyMs } = message['event'] as LabelEvent;
      expect(feed.cameAt[index]).toBeGreaterThanOrEqual(Date.parse(frame.receivedAt) + latencyMs.total - GRAIN_MS);
    });
  });

  it('books as queue what waits while the engine stands still, and as inference what runs then', async () => {
    const STANDSTILL_MS = 900;
    const engine = processTree(daemon.pid).find(({ command }) => command.includes('engine-main'));
    const before = judged().length;
    process.kill(engine?.pid ?? -1, 'SIGSTOP');
    const stoppedAt = Date.now();
    await waitFor('it stood still for a while', () => Date.now() - stoppedAt >= STANDSTILL_MS);
    process.kill(engine?.pid ?? -1, 'SIGCONT');
    await waitFor('verdicts go on', () => judged().length >= before + 8, 30_000);
    const after = judged().slice(before);
    const waited = after.filter(({ ledger }) => ledger.queue > STANDSTILL_MS / 3);
    expect(waited.length).toBeGreaterThan(0);
    // The longest wait of one part is the standstill, and it is booked once.
    for (const { ledger } of after) expect(ledger.queue + ledger.inference).toBeLessThanOrEqual(ledger.total);
    expect(Math.max(...after.map(({ ledger }) => ledger.inference + ledger.queue))).toBeGreaterThan(STANDSTILL_MS * 0.6);
    expect(Math.max(...after.map(({ ledger }) => ledger.preprocess + ledger.decide))).toBeLessThan(STANDSTILL_MS / 2);
  });

  it('agrees with the counters when everything has come to rest', async () => {
    server.stop();
    const restOf = async () =>
      (await daemon.json<{ cameras: CameraView[] }>('/api/cameras')).cameras.map((camera) => camera.framesReceived).join(' ');
    let last = '';
    await waitFor(
      'no more frames',
      async () => {
        const before = last;
        last = await restOf();
        await new Promise((resolve) => setTimeout(resolve, 700));
        return before === last && before === (await restOf());
      },
      30_000,
    );
    const { text } = await daemon.get('/metrics');
    const sample = (name: string) => Number(new RegExp(`^framewatch_${name.replaceAll(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
    const total = (name: string) =>
      sumOf([...text.matchAll(new RegExp(`^framewatch_${name}\\{.*\\} (\\S+)$`, 'gm'))].map(([, value]) => Number(value)));
    const { cameras } = await daemon.json<{ cameras: CameraView[] }>('/api/cameras');
    for (const { id, deadlineMissed, drops, framesClassified, framesReceived } of cameras) {
      const own = judged().filter(({ camera }) => camera === id);
      expect(framesClassified, id).toBe(own.length);
      expect(sample(`frames_classified_total{camera="${id}"}`), id).toBe(own.length);
      expect(sample(`latency_seconds_count{camera="${id}"}`), id).toBe(own.length);
      expect(sample(`latency_seconds_sum{camera="${id}"}`), id).toBeCloseTo(sumOf(own.map(({ ledger }) => ledger.total)) / 1000, 3);
      const dropped = sumOf(Object.values(drops));
      expect(framesReceived, id).toBe(framesClassified + dropped);
      const late = own.filter(({ ledger }) => ledger.total > ledger.bound).length;
      expect(deadlineMissed, id).toBeGreaterThanOrEqual(late);
      expect(deadlineMissed, id).toBeLessThanOrEqual(late + dropped);
      expect(sample(`deadline_missed_total{camera="${id}"}`), id).toBe(deadlineMissed);
    }
    const stats = await daemon.json<{ deadlineMissed: number }>('/api/stats');
    expect(stats.deadlineMissed).toBe(sumOf(cameras.map(({ deadlineMissed }) => deadlineMissed)));
    // Every picture of a batch was judged here: nothing is broken, and no engine died.
    expect(sample('batch_size_sum')).toBe(judged().length);
    expect(sample('queue_seconds_count')).toBe(judged().length);
    expect(sample('queue_seconds_sum')).toBeCloseTo(sumOf(judged().map(({ ledger }) => ledger.queue)) / 1000, 3);
    expect(total('batch_flush_total')).toBe(sample('batch_size_count'));
    expect(sample('inference_seconds_count')).toBe(sample('batch_size_count'));
  });
});
