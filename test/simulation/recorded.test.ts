import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clairvoyantBound } from '../../bench/batching/clairvoyant.ts';
import { DEADLINE, EAGER, FIFO } from '../../bench/batching/contender.ts';
import { undelayed } from '../../bench/batching/cost-curve.ts';
import { GPU } from '../../bench/batching/curves.ts';
import { Random } from '../../bench/batching/random.ts';
import { RECIPES } from '../../bench/batching/recipes.ts';
import { recordedCosts } from '../../bench/batching/recorded-costs.ts';
import { recordedOutcome } from '../../bench/batching/recorded-outcome.ts';
import { recordedScenario } from '../../bench/batching/recorded-scenario.ts';
import { AS_RECORDED, committedTraces, replay } from '../../bench/batching/replay.ts';
import { type Scenario, scenarioOf } from '../../bench/batching/scenario.ts';
import { simulate } from '../../bench/batching/simulate.ts';
import type { ArrivalTrace, TraceHeader, TraceRecord } from '../../src/batching/arrival-trace.ts';
import type { Batch } from '../../src/batching/batch.ts';
import { decodeTrace } from '../../src/batching/trace-decoding.ts';
import { TraceRecorder } from '../../src/monitor/trace-recorder.ts';
import { silentLogger } from '../../src/util/logger.ts';

const header: TraceHeader = {
  ...{ recordedBy: '0.1.0', sizes: [1, 2, 4, 8, 16], costMs: { 1: 30, 2: 50, 4: 100, 8: 180, 16: 320 }, preprocessMs: 2.5, overheadMs: 2 },
  engine: { backend: 'onnx', device: 'cpu', precision: 'float32', threads: 2 },
  policy: { name: 'deadline', maxQueueDelayMs: 50 },
};
const traceOf = (...records: readonly TraceRecord[]): ArrivalTrace => ({ header, records, end: null });
const slot = (number: number, maxLatencyMs: number = 100): TraceRecord => ({
  ...{ kind: 'slot', atMs: 0, slot: number, camera: number, region: 0, maxLatencyMs, weight: 1 },
});
const frame = (atMs: number, of: number = 0): TraceRecord => ({ kind: 'frame', atMs, slot: of, ageMs: 10 });
const batch = (paddedTo: number, inferenceMs: number, atMs: number = 0, slots: readonly number[] = [0]): TraceRecord => ({
  ...{ kind: 'batch', atMs, tookMs: inferenceMs + 4, paddedTo, cost: { preprocessMs: 3 * slots.length, inferenceMs }, slots },
});

/** Plays `scenario` with a recorder beside the scheduler, as the daemon has one. */
async function played(scenario: Scenario) {
  let text = '';
  const target = {
    appendFile: (more: string) => {
      text += more;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  let recorder: TraceRecorder | null = null;
  const outcome = await simulate(scenario, {
    name: 'recorded',
    open(parts) {
      const trace = new TraceRecorder({ target, clock: parts.clock, logger: silentLogger, durationMs: null, maxBytes: 1e9, capacityBytes: 1e9 });
      recorder = trace;
      trace.begin(header);
      const execute = async (each: Batch) => {
        const timing = await parts.executor.execute(each);
        trace.batchDone(each, timing);
        return timing;
      };
      const inner = DEADLINE.open({ ...parts, executor: { execute } });
      return {
        addSlot(spec) {
          trace.slotAdded(spec);
          inner.addSlot(spec);
        },
        offer(cameraId, region, each) {
          trace.frameOffered(cameraId, region, each);
          return inner.offer(cameraId, region, each);
        },
        close: () => inner.close(),
      };
    },
  });
  await (recorder as TraceRecorder | null)?.close();
  return { outcome, trace: decodeTrace(text, 'simulated') };
}

describe('a recorded trace', () => {
  const recipe = RECIPES.find(({ name, load }) => name === 'mixed' && load > 1);
  if (recipe === undefined) throw new Error('no recipe for overload');

  it('is counted as the simulation counts: recorded while one runs, it gives the same figures', async () => {
    const scenario = scenarioOf({ ...recipe, durationMs: 20_000 }, 1);
    const { outcome, trace } = await played(scenario);
    const replayed = recordedScenario({ name: 'again', trace, curve: scenario.curve, scale: 1 }, 1);
    const { latenciesMs: _, drops, throughput, engineBusy, lowestShare, ...figures } = outcome;
    const again = recordedOutcome(trace, { ...replayed, durationMs: scenario.durationMs, pauses: scenario.pauses });
    const near = (value: number) => expect.closeTo(value, 1) as unknown;
    expect(again).toMatchObject({
      ...figures,
      ...{ p50Ms: near(figures.p50Ms), p99Ms: near(figures.p99Ms), maxMs: near(figures.maxMs) },
      ...{ longestUnservedMs: near(figures.longestUnservedMs), meanBatch: near(figures.meanBatch) },
      ...{ throughput: near(throughput), engineBusy: near(engineBusy), lowestShare: near(lowestShare) },
    });
    expect(again.drops.superseded).toBe(Object.values(drops).reduce((sum, count) => sum + count, 0));
    expect(outcome.missed).toBeGreaterThan(100);
  });

  it('is played as it came', async () => {
    const scenario = scenarioOf({ ...recipe, durationMs: 5_000 }, 2);
    const { trace } = await played(scenario);
    const again = recordedScenario({ name: 'again', trace, curve: scenario.curve, scale: 1 }, 1);
    expect(again.arrivals).toHaveLength(scenario.arrivals.length);
    for (const [index, { receivedMs, offeredMs }] of again.arrivals.entries()) {
      expect(offeredMs).toBeCloseTo(scenario.arrivals[index]?.offeredMs ?? 0, 1);
      expect(receivedMs).toBeCloseTo(scenario.arrivals[index]?.receivedMs ?? 0, 1);
    }
    expect(again.cameras.map(({ spec }) => spec.maxLatencyMs)).toEqual(scenario.cameras.map(({ spec }) => spec.maxLatencyMs));
  });
});

describe('the recordings of the project', () => {
  it.each(committedTraces().map((file) => [path.basename(file), file]))('%s: beside the policies stands what the daemon did', async (_, file) => {
    const text = readFileSync(file, 'utf8');
    const trace = decodeTrace(text, file);
    const done = recordedOutcome(trace, recordedScenario({ name: 'x', trace, curve: recordedCosts(trace), scale: 1 }, 101));
    const [recorded, ...others] = await replay(file, 1, [DEADLINE], [101]);
    expect(recorded).toMatchObject({ policy: AS_RECORDED, missed: done.missed, meanBatch: done.meanBatch, boundShare: others[0]?.boundShare });
    expect(others.map(({ policy }) => policy)).toEqual(['deadline']);
    expect(others[0]?.missed).not.toBe(done.missed);
  });

  it.each(committedTraces().map((file) => [path.basename(file), file]))(
    '%s: whole, small, and no policy misses fewer than the bound',
    async (_, file) => {
      const text = readFileSync(file, 'utf8');
      const trace = decodeTrace(text, file);
      expect(trace.end).not.toBeNull();
      expect(text.length).toBeLessThan(300_000);
      const scenario = recordedScenario({ name: 'x', trace, curve: recordedCosts(trace), scale: 1 }, 101);
      const { missed } = clairvoyantBound({ ...scenario, curve: undelayed(scenario.curve) });
      const outcomes = [recordedOutcome(trace, scenario), ...(await Promise.all([DEADLINE, EAGER, FIFO].map((each) => simulate(scenario, each))))];
      for (const outcome of outcomes) expect(outcome.missed).toBeGreaterThanOrEqual(missed);
      expect(outcomes.map(({ offered }) => offered)).toEqual(outcomes.map(() => scenario.arrivals.length));
    },
  );
});

describe('recordedScenario', () => {
  it('brings frames faster, decoded no faster, by an engine that was away as long', () => {
    const trace = traceOf(
      ...[slot(0), slot(1), slot(2, 500), frame(100), frame(200, 2)],
      ...[{ kind: 'engine', atMs: 300, available: false } as const, { kind: 'engine', atMs: 400, available: true } as const],
      frame(1_000),
    );
    const scenario = recordedScenario({ name: 'x', trace, curve: GPU, scale: 2 }, 5);
    expect(scenario).toMatchObject({ name: 'x', seed: 5, durationMs: 500, load: 0.01, pauses: [{ atMs: 150, lengthMs: 100 }] });
    // The slot that no frame came for is nobody's.
    expect(scenario.cameras.map(({ spec }) => spec.maxLatencyMs)).toEqual([100, 500]);
    expect(scenario.arrivals).toEqual([
      { camera: 0, receivedMs: 40, offeredMs: 50 },
      { camera: 1, receivedMs: 90, offeredMs: 100 },
      { camera: 0, receivedMs: 490, offeredMs: 500 },
    ]);
  });
});

describe('recordedCosts', () => {
  const many = (size: number, ms: readonly number[]) => Array.from({ length: 30 }, (_, index) => batch(size, ms[index % ms.length] ?? 0));

  it('draws what batches of a size did, and scales what seldom ran from the nearest size', () => {
    const curve = recordedCosts(traceOf(slot(0), ...many(1, [30, 40, 200]), ...many(4, [90, 110]), batch(2, 9_999)));
    const random = new Random(1);
    const drawn = (size: number) => new Set(Array.from({ length: 200 }, () => Math.round(curve.measured?.drawInferenceMs(size, random) ?? 0)));
    expect([...drawn(1)].toSorted((a, b) => a - b)).toEqual([30, 40, 200]);
    expect([...drawn(4)].toSorted((a, b) => a - b)).toEqual([90, 110]);
    expect([...drawn(16)].toSorted((a, b) => a - b)).toEqual([288, 352]);
    expect(drawn(2)).not.toContain(9_999);
    expect(curve.inferenceMs(1)).toBe(90);
    expect([1, 4, 16].map(undelayed(curve).inferenceMs)).toEqual([30, 90, 288]);
    expect(curve.measured?.drawPreprocessMs(5, random)).toBe(15);
    expect(curve.measured?.warmUpMs).toBe(header.costMs);
  });

  it('falls back on the costs of the start for a trace without batches', () => {
    const curve = recordedCosts(traceOf(slot(0), { ...batch(1, 30), cost: null } as TraceRecord));
    expect(curve.sizes.map((size) => curve.inferenceMs(size))).toEqual([30, 50, 100, 180, 320]);
    expect(curve.preprocessMs).toBe(2.5);
  });
});

describe('recordedOutcome', () => {
  it('takes a batch to hold the newest frame of each slot, and counts what was replaced after its bound', () => {
    const trace = traceOf(slot(0), slot(1, 50), frame(100), frame(150), frame(160, 1), batch(2, 46, 170, [0, 1]), frame(200), frame(400));
    const scenario = recordedScenario({ name: 'x', trace, curve: GPU, scale: 1 }, 1);
    const outcome = recordedOutcome(trace, scenario);
    // 150 → 220 (age 80), 160 → 220 (age 70 > 50); 100 was replaced in time, 200 only at 400; the last was not over yet, but its slot waits since 190.
    expect(outcome).toMatchObject({
      offered: 5,
      judged: 2,
      missed: 3,
      longestUnservedMs: 130,
      p50Ms: 70,
      maxMs: 80,
      meanBatch: 2,
      drops: { superseded: 2 },
      mostHeld: 3,
    });
  });
});
