import { beforeAll, describe, expect, it } from 'vitest';
import type { Batch, BatchEntry, DropReason } from '../../src/batching/batch.ts';
import type { LatencyLedger } from '../../src/events/label-event.ts';
import { openBatcher } from '../../src/monitor/batcher.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { accepted } from '../config/sample.ts';
import { PuppetEngine } from '../helpers/puppet-engine.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

// Scheduler, runner, engine's client side and metrics as the daemon has them, on a virtual clock with an engine whose costs are known. The test writes
// down by itself what happens to each frame, and holds every counter against that.

const DECODE_MS = 7;
const CAMERAS = [
  { id: 'door', maxLatencyMs: 100, everyMs: 90 },
  { id: 'yard', maxLatencyMs: 300, everyMs: 110 },
  { id: 'gate', maxLatencyMs: 300, everyMs: 130 },
  { id: 'lot', maxLatencyMs: 2_000, everyMs: 70 },
] as const;
/** A picture in this colour takes the engine with it. */
const DEADLY = 200;
const costOf = (size: number) => 20 + 15 * size;

interface Ended {
  readonly entry: BatchEntry;
  readonly atMono: number;
  readonly outcome: 'judged' | DropReason;
  /** Arrival of the first frame that the camera had had no verdict on when this one was taken or replaced. */
  readonly unservedSince: number;
}

interface Story {
  readonly metrics: Metrics;
  readonly samples: ReadonlyMap<string, number>;
  readonly offered: ReadonlyMap<string, number>;
  readonly ended: readonly Ended[];
  readonly ledgers: readonly { readonly camera: string; readonly ledger: LatencyLedger; readonly paddedTo: number; readonly ageMs: number }[];
  readonly batches: readonly Batch[];
  readonly failedBatches: number;
}

/** Quiet for two seconds, overloaded for two, without an engine for one, and quiet again; a picture that is broken now and then, and one engine that dies. */
async function play(): Promise<Story> {
  const clock = new VirtualClock(10_000);
  const metrics = new Metrics(clock);
  const engine = new PuppetEngine({ ...new PuppetEngine().info, batchSizes: [1, 2, 4], costMs: { 1: costOf(1), 2: costOf(2), 4: costOf(4) } });
  const ended: Ended[] = [];
  const ledgers: Story['ledgers'][number][] = [];
  const batches: Batch[] = [];
  /** By camera with a frame in its slot: since when. */
  const waiting = new Map<string, number>();
  const unserved = new Map<BatchEntry, number>();
  const end = (entry: BatchEntry, outcome: Ended['outcome']) => {
    const unservedSince = unserved.get(entry) ?? waiting.get(entry.slot.cameraId) ?? Number.NaN;
    ended.push({ entry, outcome, unservedSince, atMono: clock.monotonicMs() });
  };
  let slowness = 1;
  let expectedRequests = 0;
  let freeMono = 0;
  let lostEngines = 0;
  engine.onRequest = (request) => {
    const dies = request.bytes.includes(DEADLY);
    freeMono = Math.max(freeMono, clock.monotonicMs()) + slowness * costOf(request.paddedTo);
    clock.setTimer(freeMono - clock.monotonicMs(), () => {
      if (!dies) return request.answer();
      lostEngines += 1;
      // What took one engine with it is tried once more, and then given up.
      if (lostEngines === 1) expectedRequests += 1;
      request.fail('ENGINE_TIMEOUT');
    });
    return 'hold';
  };
  const batcher = openBatcher({
    ...{ batching: accepted('cameras: {}').batching, version: 'test', engine, clock, logger: recordingLogger(), metrics, trace: null },
    memory: new PictureMemory(),
    frames: {
      frameDropped(entry, reason) {
        end(entry, reason);
        metrics.frameDropped(entry, reason);
      },
      batchFormed(batch) {
        batches.push(batch);
        for (const entry of batch.entries) {
          unserved.set(entry, waiting.get(entry.slot.cameraId) ?? Number.NaN);
          waiting.delete(entry.slot.cameraId);
        }
        if (batch.entries.some(({ frame }) => frame.pixels.length > 10)) expectedRequests += 1;
        metrics.batchFormed(batch);
      },
    },
    deliver({ entry, ledger: parts, finishedMono, paddedTo }) {
      const { frame, slot } = entry;
      const ledger = { ...parts, decide: 0, total: finishedMono - frame.receivedMono, bound: slot.maxLatencyMs, feasible: true };
      end(entry, 'judged');
      ledgers.push({ camera: slot.cameraId, ledger, paddedTo, ageMs: clock.monotonicMs() - frame.receivedMono });
      metrics.frameClassified(slot.cameraId, ledger);
    },
  });
  for (const { id, maxLatencyMs } of CAMERAS) batcher.intake.addSlot({ cameraId: id, region: 'full', crop: null, maxLatencyMs, weight: 1 });

  /** Preprocessing is real work outside of the virtual clock: nothing moves on before the engine has been asked. */
  const caughtUp = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (engine.available && engine.requests.length < expectedRequests);
  };
  const offered = new Map<string, number>();
  const run = async (ms: number) => {
    for (let end = clock.monotonicMs() + ms; clock.monotonicMs() < end; ) {
      for (const { id, everyMs } of CAMERAS) {
        if (clock.monotonicMs() % everyMs !== 0) continue;
        const sequence = (offered.get(id) ?? 0) + 1;
        offered.set(id, sequence);
        const frame = frameOf(id, sequence, clock);
        if (!waiting.has(id)) waiting.set(id, frame.receivedMono);
        batcher.intake.offer(id, 'full', frame);
      }
      await caughtUp();
      await clock.advance(1);
      await caughtUp();
    }
  };
  await run(2_000);
  slowness = 4;
  await run(2_000);
  slowness = 1;
  engine.available = false;
  batcher.engineAvailable(false);
  await run(1_000);
  engine.available = true;
  batcher.engineAvailable(true);
  await run(2_000);
  const closed = batcher.scheduler.close();
  while (batcher.scheduler.progress.inFlight + batcher.scheduler.progress.waiting > 0) {
    await caughtUp();
    await clock.advance(1);
  }
  await closed;
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const samples = new Map(
    lines.map((line) => [line.slice('framewatch_'.length, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
  expect(lostEngines).toBe(2);
  return { metrics, samples, offered, ended, ledgers, batches, failedBatches: batcher.scheduler.stats.failed };
}

function frameOf(cameraId: string, sequence: number, clock: VirtualClock): Frame {
  const decodedMono = clock.monotonicMs();
  // Shorter than its size says: it is refused.
  const isBroken = cameraId === 'gate' && sequence % 7 === 0;
  const pixels = new Uint8Array(isBroken ? 10 : 8 * 8 * 3).fill(sequence % 100);
  if (cameraId === 'yard' && sequence === 9) pixels.fill(DEADLY);
  return { cameraId, sequence, receivedAt: 0, receivedMono: decodedMono - DECODE_MS, decodedMono, width: 8, height: 8, pixels };
}

describe('the metrics of batching, against what happened', () => {
  let story: Story;
  const sample = (name: string) => story.samples.get(name) ?? 0;
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  /** A verdict is held against its own frame; a frame that was given up against the first that its camera has had no verdict on since. */
  const isLate = ({ entry, atMono, outcome, unservedSince }: Ended) =>
    atMono - (outcome === 'judged' ? entry.frame.receivedMono : unservedSince) > entry.slot.maxLatencyMs;

  beforeAll(async () => {
    story = await play();
  });

  it('is a story in which everything happens', () => {
    const outcomes = new Set(story.ended.map(({ outcome }) => outcome));
    expect([...outcomes]).toEqual(expect.arrayContaining(['engine', 'invalid', 'judged', 'superseded']));
    for (const { id } of CAMERAS) {
      const late = story.ended.filter((one) => one.entry.slot.cameraId === id && isLate(one));
      expect(late.length, id).toBeGreaterThan(id === 'lot' ? -1 : 0);
    }
    const lateDrops = story.ended.filter((one) => one.outcome === 'superseded' && isLate(one));
    expect(lateDrops.length).toBeGreaterThan(0);
    expect(new Set(story.batches.map(({ flushReason }) => flushReason)).size).toBeGreaterThan(1);
    expect(new Set(story.batches.map(({ entries }) => entries.length)).size).toBeGreaterThan(1);
  });

  it('every frame is counted once: judged, or dropped with a reason', () => {
    for (const { id } of CAMERAS) {
      const counted = [...story.samples].filter(([name]) => new RegExp(`^frames_(classified|dropped)_total\\{camera="${id}"`).test(name));
      expect(sumOf(counted.map(([, value]) => value)), id).toBe(story.offered.get(id));
      for (const reason of ['superseded', 'invalid', 'engine', 'expired', 'shutdown'] as const) {
        const happened = story.ended.filter(({ entry, outcome }) => entry.slot.cameraId === id && outcome === reason).length;
        expect(sample(`frames_dropped_total{camera="${id}",reason="${reason}"}`), `${id} ${reason}`).toBe(happened);
        expect(story.metrics.camera(id).drops[reason] ?? 0).toBe(happened);
      }
    }
  });

  it('a missed deadline is a verdict after the bound, or a frame given up after its camera’s; the same everywhere', () => {
    for (const { id } of CAMERAS) {
      const late = story.ended.filter((one) => one.entry.slot.cameraId === id && isLate(one));
      const lateVerdicts = story.ledgers.filter(({ camera, ledger }) => camera === id && ledger.total > ledger.bound);
      expect(late.filter(({ outcome }) => outcome === 'judged')).toHaveLength(lateVerdicts.length);
      const misses = late.filter(({ outcome }) => outcome !== 'invalid').length;
      expect(sample(`deadline_missed_total{camera="${id}"}`), id).toBe(misses);
      expect(story.metrics.camera(id).deadlineMissed, id).toBe(misses);
    }
  });

  it('batch sizes add up to the pictures that were run, flush reasons to the batches', () => {
    const inBatches = story.ended.filter(({ outcome }) => outcome === 'judged' || outcome === 'invalid' || outcome === 'engine');
    expect(sample('batch_size_sum')).toBe(inBatches.length);
    expect(sample('batch_size_count')).toBe(story.batches.length);
    const flushes = [...story.samples].filter(([name]) => name.startsWith('batch_flush_total'));
    expect(sumOf(flushes.map(([, count]) => count))).toBe(story.batches.length);
    for (const [name, count] of flushes) {
      const reason = /reason="(\w+)"/.exec(name)?.[1];
      expect(count, name).toBe(story.batches.filter(({ flushReason }) => flushReason === reason).length);
    }
    for (const le of [1, 2, 4]) {
      expect(sample(`batch_size_bucket{le="${le}"}`)).toBe(story.batches.filter(({ entries }) => entries.length <= le).length);
    }
    const { count, flushReasons } = story.metrics.totals().batches;
    expect([count, sumOf(Object.values(flushReasons))]).toEqual([story.batches.length, story.batches.length]);
  });

  it('every ledger adds up to the age of its frame, and a frame that waited has it as queue', () => {
    for (const { ledger, ageMs, paddedTo } of story.ledgers) {
      const { total, decode, queue, preprocess, inference, decide } = ledger;
      expect(decode + queue + preprocess + inference + decide).toBeCloseTo(total, 6);
      expect(total).toBeCloseTo(ageMs, 6);
      expect(Math.min(decode, queue, preprocess, inference, decide)).toBeGreaterThanOrEqual(0);
      expect(decode).toBe(DECODE_MS);
      // The engine's own time is known, four times as long while it is slow; what is none of its steps was waiting.
      expect(preprocess).toBeLessThanOrEqual(1);
      expect([costOf(paddedTo), 4 * costOf(paddedTo)]).toContain(inference);
      expect(queue).toBeCloseTo(ageMs - DECODE_MS - preprocess - inference, 6);
    }
    expect(Math.max(...story.ledgers.map(({ ledger }) => ledger.queue))).toBeGreaterThan(200);
  });

  it('histograms of time hold the ledgers, in seconds', () => {
    const seconds = (of: (ledger: LatencyLedger) => number, camera?: string) =>
      sumOf(story.ledgers.filter((one) => camera === undefined || one.camera === camera).map(({ ledger }) => of(ledger))) / 1_000;
    expect(sample('queue_seconds_count')).toBe(story.ledgers.length);
    expect(sample('queue_seconds_sum')).toBeCloseTo(
      seconds(({ queue }) => queue),
      6,
    );
    for (const { id, maxLatencyMs } of CAMERAS) {
      const own = story.ledgers.filter(({ camera }) => camera === id);
      expect(sample(`latency_seconds_count{camera="${id}"}`)).toBe(own.length);
      expect(sample(`latency_seconds_sum{camera="${id}"}`)).toBeCloseTo(
        seconds(({ total }) => total, id),
        6,
      );
      const within = own.filter(({ ledger }) => ledger.total <= maxLatencyMs).length;
      expect(sample(`latency_seconds_bucket{le="${maxLatencyMs / 1_000}",camera="${id}"}`), id).toBe(within);
    }
    // Batches that did not run in one go have no time of their own.
    expect(story.failedBatches).toBeGreaterThan(0);
    expect(sample('inference_seconds_count')).toBe(story.batches.length - story.failedBatches);
  });
});
