import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CameraConfig, RuleConfig } from '../../src/config/config.ts';
import { CameraJudge } from '../../src/events/camera-judge.ts';
import { eventIdSource } from '../../src/events/event-id.ts';
import type { Classification, LabelEvent, LabelScore, UnsequencedEvent } from '../../src/events/label-event.ts';
import { recoveredEnd } from '../../src/events/recovery.ts';
import { RuleReplay } from '../../src/events/rule-replay.ts';
import { maxGapMs } from '../../src/events/rule-tracker.ts';
import type { TraceChunk, TracedChunk } from '../../src/events/score-trace.ts';
import { labelScores } from '../../src/events/scores.ts';
import { readTraceChunk } from '../../src/events/trace-decoder.ts';
import { FULL_BYTES } from '../../src/events/trace-encoder.ts';
import { ScoreRecorder } from '../../src/monitor/score-recorder.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { recordScores, selectScores } from '../../src/store/score-trace-table.ts';
import { type Database, openDatabase } from '../../src/store/sqlite-database.ts';
import { wallAt } from '../../src/util/clock.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const LABELS = ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'];
const MANY_LABELS = Array.from({ length: 40 }, (_, index) => (index < LABELS.length ? (LABELS[index] ?? '') : `other ${index}`));
const REGIONS = ['full', 'gate'];

describe('the score trace', () => {
  it('gives exactly the events that were stored, when the unchanged rules run over it', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ rules, steps, labels }) => {
        const { events, database } = await live(rules, steps, labels);
        for (const rule of rules)
          for (const region of rule.regions) expect(replayed(database, rule, region)).toEqual(storedEvents(events, rule.id, region));
        database.close();
      }),
      { numRuns: 300 },
    );
  });

  it('takes at most 16 bytes a frame of five labels at two frames a second, and is handed over once a minute', async () => {
    const clock = new VirtualClock(5_000.25);
    const parts: (readonly TracedChunk[])[] = [];
    const recorder = new ScoreRecorder({ store: { record: (some) => void parts.push(some) }, clock });
    recorder.start();
    recorder.begin(camera([rule('unsafe', ['Porn', 'Hentai', 'Sexy'])]));
    for (let sequence = 1; sequence <= 600; sequence += 1) {
      // As dear as it gets: no score is so small that it takes one byte only.
      recorder.judged(seen('full', sequence, clock, labelScores(LABELS, [0.2, 0.21, 0.19, 0.22, 0.18])));
      await clock.advance(500);
    }
    recorder.close();
    const chunks = parts.slice(1).flat();
    // Once a minute what there is by then, and what is full.
    expect(chunks.map(({ chunk }) => [chunk.number, chunk.frames]).slice(0, 3)).toEqual([
      [0, 120],
      [0, 238],
      [1, 2],
    ]);
    const newest = [...new Map(chunks.map(({ chunk }) => [chunk.number, chunk])).values()];
    const sum = (of: (chunk: TraceChunk) => number) => newest.reduce((total, chunk) => total + of(chunk), 0);
    expect(sum(({ frames }) => frames)).toBe(600);
    expect(sum(({ bytes }) => bytes.length) / 600).toBeLessThanOrEqual(16.1);
    expect(Math.max(...newest.map(({ bytes }) => bytes.length))).toBeLessThan(FULL_BYTES + 20);
  });

  it('shows what the store does not have yet, of one camera, and hands it over all the same', async () => {
    const clock = new VirtualClock();
    const parts: TracedChunk[] = [];
    const recorder = new ScoreRecorder({ store: { record: (some) => void parts.push(...some) }, clock });
    recorder.start();
    recorder.begin(camera([rule('unsafe', ['Porn'])]));
    for (let sequence = 1; sequence <= 3; sequence += 1) recorder.judged(seen('full', sequence, clock, labelScores(LABELS, [0, 0, 1, 0, 0])));
    const shown = recorder.unwritten('door');
    expect(shown.map(({ session, chunk }) => [session.region, chunk.frames])).toEqual([
      ['full', 3],
      ['gate', 0],
    ]);
    expect(recorder.unwritten('yard')).toEqual([]);
    const before = parts.length;
    await clock.advance(60_000);
    expect(parts.slice(before)).toEqual(shown.slice(0, 1));
    recorder.close();
  });

  it('hands over what is full at once, and nothing after it was closed', () => {
    const clock = new VirtualClock();
    const parts: TracedChunk[] = [];
    const recorder = new ScoreRecorder({ store: { record: (some) => void parts.push(...some) }, clock });
    recorder.start();
    recorder.begin(camera([rule('unsafe', ['Porn'])]));
    for (let sequence = 1; sequence <= 600; sequence += 1) recorder.judged(seen('full', sequence, clock, labelScores(LABELS, [0, 0, 1, 0, 0])));
    expect(parts.map(({ chunk }) => chunk.frames)).toEqual([0, 0, 422]);
    recorder.close();
    recorder.close();
    recorder.judged(seen('full', 601, clock, labelScores(LABELS, [0, 0, 1, 0, 0])));
    expect(parts.map(({ chunk }) => [chunk.number, chunk.frames])).toEqual([
      // Where a daemon begins is written at once, for each region.
      [0, 0],
      [0, 0],
      [0, 422],
      [1, 178],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });
});

type Step =
  | { readonly do: 'frame'; readonly afterMs: number; readonly region: string; readonly scores: readonly number[] }
  | { readonly do: 'cameraOffline' | 'cameraDisabled' | 'configChanged' | 'restart' | 'crash' | 'minute' }
  | { readonly do: 'clockSet'; readonly byMs: number };

interface World {
  readonly rules: readonly RuleConfig[];
  readonly steps: readonly Step[];
  readonly labels: readonly string[];
}

/** A daemon's life, or several: judges on frames, breaks, changes of the configuration, restarts and crashes, with the trace beside it in a real database. */
async function live(rules: readonly RuleConfig[], steps: readonly Step[], labels: readonly string[]) {
  const database = openDatabase(':memory:', 0);
  for (const script of MIGRATIONS) database.script(script);
  const clock = new VirtualClock(1_000.7);
  const events: LabelEvent[] = [];
  const store = (some: readonly UnsequencedEvent[]) => events.push(...some.map((event) => ({ ...event, sequence: events.length + 1 })));
  const config = camera(rules);
  const ids = eventIdSource();
  // The machine's clock has whole milliseconds, this one has not.
  const newEventId = (wall: number) => ids(Math.floor(wall));
  const openRecorder = () => {
    const opened = new ScoreRecorder({ store: { record: (parts) => recordScores(database, parts) }, clock });
    opened.start();
    opened.begin(config);
    return opened;
  };
  const openJudge = () =>
    new CameraJudge({
      ...{ cameraId: config.id, regions: config.regions, rules, maxGapMs: maxGapMs(config.sampleFps), snapshots: false, clock, newEventId },
      model: () => ({ name: 'm', sha256: 'ab', backend: 'onnx', device: 'cpu', precision: 'float32' }),
    });
  let recorder = openRecorder();
  let judge = openJudge();
  const interrupt = (reason: 'cameraOffline' | 'cameraDisabled' | 'configChanged' | 'shutdown') => {
    const mono = clock.monotonicMs();
    const wall = wallAt(clock, mono);
    store(judge.endAll(reason, mono, wall).events);
    recorder.interrupted(config.id, reason, mono, wall);
  };
  let sequence = 0;
  for (const step of steps) {
    if (step.do === 'frame') {
      await clock.advance(step.afterMs);
      sequence += 1;
      const frame = seen(step.region, sequence, clock, labelScores(labels, step.scores));
      store(judge.judge(frame).events);
      recorder.judged(frame);
    } else if (step.do === 'clockSet') clock.jumpWall(step.byMs);
    else if (step.do === 'minute') await clock.advance(60_000);
    else if (step.do === 'crash') {
      // What a crash may cost is not the matter here: the minute is over just before it.
      await clock.advance(60_000);
      const open = new Map(events.map((event) => [event.id, event]));
      store([...open.values()].filter(({ type }) => type !== 'end').map(recoveredEnd));
      recorder = openRecorder();
      judge = openJudge();
    } else {
      interrupt(step.do === 'restart' ? 'shutdown' : step.do);
      if (step.do === 'configChanged') {
        recorder.end(config.id);
        recorder.begin(config);
        judge = openJudge();
      } else if (step.do === 'restart') {
        recorder.close();
        recorder = openRecorder();
        judge = openJudge();
      }
    }
  }
  recorder.close();
  return { events, database };
}

function replayed(database: Database, rule: RuleConfig, region: string) {
  const replay = new RuleReplay(rule, region);
  // A few at a time, as they are read.
  for (let after = 0; ; ) {
    const { parts, id } = selectScores(database, { camera: 'door', region, after, most: 3 });
    if (parts.length === 0) break;
    for (const part of parts) replay.take(part.session, readTraceChunk(part));
    after = id;
  }
  expect([replay.missing, replay.exact]).toEqual([[], true]);
  return replay.close().map(({ startedAt, decidedAt, endedAt, endReason, score, peakScore, frame, updates }) => ({
    ...{ startedAt: iso(startedAt), at: iso(decidedAt), endedAt: endedAt === null ? null : iso(endedAt), endReason },
    ...{ score, peakScore, frame, updates },
  }));
}

function storedEvents(events: readonly LabelEvent[], rule: string, region: string) {
  const own = events.filter((event) => event.rule === rule && event.region === region);
  return own
    .filter(({ type }) => type === 'start')
    .map((start) => {
      const course = own.filter(({ id }) => id === start.id);
      const last = course.at(-1) ?? start;
      return {
        ...{ startedAt: start.startedAt, at: start.at, endedAt: last.endedAt, endReason: last.endReason },
        ...{ score: start.score, peakScore: last.peakScore, frame: start.frame.sequence },
        updates: course.filter(({ type }) => type === 'update').length,
      };
    });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function seen(region: string, sequence: number, clock: VirtualClock, scores: readonly LabelScore[]): Classification {
  const frame = { sequence, receivedAt: clock.wallMs(), receivedMono: clock.monotonicMs(), width: 640, height: 360 };
  const ledger = { total: 90, decode: 9, queue: 10, preprocess: 4, inference: 67, decide: 0, bound: 500, feasible: true };
  return { camera: 'door', region, frame, scores, ledger, batch: { id: 1, size: 1, paddedTo: 1, flushReason: 'idle' } };
}

function rule(id: string, labels: readonly string[], changes: Partial<RuleConfig> = {}): RuleConfig {
  return {
    ...{
      id,
      labels,
      regions: ['full'],
      enter: 0.6,
      minFrames: 1,
      enterForMs: 0,
      exit: 0.4,
      offDelayMs: 0,
      cooldownMs: 0,
      maxDurationMs: 0,
      deviceClass: null,
    },
    ...changes,
  };
}

function camera(rules: readonly RuleConfig[]): CameraConfig {
  return {
    ...{ id: 'door', name: 'Door', enabled: true, url: 'rtsp://127.0.0.1/x', username: null, password: null, liveUrl: null, transport: 'tcp' },
    ...{ sampleFps: 2, decode: 'auto', maxLatencyMs: 500, weight: 1, frameWidth: 8 },
    ...{ motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 }, rules },
    regions: REGIONS.map((id) => ({ id, crop: null, heads: [] })),
  };
}

const rules: fc.Arbitrary<RuleConfig> = fc
  .record({
    labels: fc.constantFrom(['Porn'], ['Porn', 'Sexy'], ['Porn', 'Hentai', 'Sexy'], ['Sexy', 'Porn'], ['Neutral', 'Nobody knows it']),
    regions: fc.constantFrom(['full'], ['gate'], REGIONS),
    thresholds: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    minFrames: fc.integer({ min: 0, max: 3 }),
    enterForMs: fc.constantFrom(0, 500, 1_500),
    offDelayMs: fc.constantFrom(0, 500, 3_000),
    cooldownMs: fc.constantFrom(0, 1_500),
    maxDurationMs: fc.constantFrom(0, 5_000),
  })
  .map(({ thresholds, labels, ...rest }) => rule('', labels, { ...rest, enter: Math.max(...thresholds) / 10, exit: Math.min(...thresholds) / 10 }));

const frames = (labels: readonly string[]): fc.Arbitrary<Step> =>
  fc.record({
    do: fc.constant('frame' as const),
    afterMs: fc.oneof(
      // Near the numbers of the rules, on either side of whole milliseconds.
      {
        weight: 6,
        arbitrary: fc.tuple(fc.constantFrom(249, 250, 499, 500, 1_000), fc.constantFrom(0, 0.2, 0.5, 0.7, 0.9)).map(([ms, part]) => ms + part),
      },
      { weight: 2, arbitrary: fc.double({ min: 0, max: 1_200, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(10_000, 10_000.5, 10_001, 70_000) },
    ),
    region: fc.constantFrom('full', 'full', 'full', 'gate'),
    scores: fc.array(fc.nat(1_000), { minLength: labels.length, maxLength: labels.length }).map(softened),
  });

const otherSteps: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    ...(['cameraOffline', 'cameraDisabled', 'configChanged', 'restart', 'crash', 'minute'] as const).map((what) => ({ do: what })),
  ),
  fc.record({ do: fc.constant('clockSet' as const), byMs: fc.integer({ min: -5_000, max: 5_000 }) }),
);

const worlds: fc.Arbitrary<World> = fc.constantFrom(LABELS, MANY_LABELS).chain((labels) =>
  fc.record({
    rules: fc.array(rules, { minLength: 1, maxLength: 3 }).map((some) => some.map((each, index) => ({ ...each, id: `rule-${index}` }))),
    steps: fc.array(fc.oneof({ weight: 16, arbitrary: frames(labels) }, { weight: 1, arbitrary: otherSteps }), { maxLength: 80, size: 'max' }),
    labels: fc.constant(labels),
  }),
);

/** Probabilities that add up to 1, of which most go to a few. */
function softened(weights: readonly number[]): readonly number[] {
  const powers = weights.map((weight) => (weight / 1_000) ** 6 + 1e-6);
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
