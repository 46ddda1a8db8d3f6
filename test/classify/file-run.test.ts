import { describe, expect, it } from 'vitest';
import type { SlotSpec } from '../../src/batching/batch.ts';
import { FileJudge } from '../../src/classify/file-judge.ts';
import { FileRun } from '../../src/classify/file-run.ts';
import { RuleIntervals } from '../../src/events/rule-intervals.ts';
import { labelScores } from '../../src/events/scores.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import type { RecordedPicture, RecordingFacts } from '../../src/stream/recording.ts';
import type { RecordingVerdict } from '../../src/stream/recording-fault.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { FACTS } from './sample.ts';

const SLOT: SlotSpec = { cameraId: 'a.mp4', region: 'full', crop: null, maxLatencyMs: 1000, weight: 1 };
const KNOWN: RecordingFacts = { codec: 'h264', width: 640, height: 360, durationMs: 200, reachedMs: 120 };

/** A recording of three pictures that ends with `verdict`. */
function world(verdict: RecordingVerdict | null, facts: RecordingFacts = KNOWN) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const memory = new PictureMemory();
  const judge = new FileJudge({
    ...{ labels: FACTS.labels, regions: [{ id: 'full', crop: null, heads: [] }], memory, illustrations: null },
    intervals: new RuleIntervals([], 10_000),
    scoresOf: (probabilities) => labelScores(FACTS.labels, probabilities),
    onVerdict: () => undefined,
  });
  const run = new FileRun({
    ...{ name: 'a.mp4', bytes: 5000, judge, slots: [SLOT], clock },
    recording: {
      facts,
      async run(_signal: AbortSignal, take: (picture: RecordedPicture) => Promise<void>) {
        for (let index = 0; index < 3; index += 1) await take({ timeMs: index * 40, width: 2, height: 2, pixels: memory.take(12) });
        return verdict;
      },
    },
    openLane: () => ({
      put: (frame: Frame) => {
        log.push(`put ${frame.cameraId} ${frame.sequence}`);
        return Promise.resolve();
      },
      end: () => void log.push('end'),
    }),
    mayWrite: () => {
      log.push('may write');
      return Promise.resolve();
    },
  });
  const settleAll = () => {
    for (let sequence = 0; sequence < 3; sequence += 1) judge.settled(sequence, 'full', { probabilities: [1, 0, 0] });
    run.spent(700);
    run.spent(300);
  };
  return { run, judge, clock, log, settleAll };
}

const NEVER = new AbortController().signal;
const WHOLE: RecordingVerdict = { fault: null, warnings: [] };

describe('FileRun', () => {
  it('asks before each picture whether its results will find room, and ends its lane', async () => {
    const t = world(WHOLE);
    await t.run.read(NEVER);
    expect(t.log).toEqual(['may write', 'put a.mp4 0', 'may write', 'put a.mp4 1', 'may write', 'put a.mp4 2', 'end']);
  });

  it('waits for the outcomes, and then says what was found', async () => {
    const t = world({ fault: null, warnings: ['a fault'] });
    await t.run.read(NEVER);
    const findings = t.run.findings();
    t.settleAll();
    expect(await findings).toMatchObject({
      ...{ file: 'a.mp4', codec: 'h264', durationMs: 200, judged: 3, judgedMs: 80, seconds: 1, complete: true, error: null, warnings: ['a fault'] },
    });
    expect(t.run.progress).toEqual({ bytes: 5000, durationMs: 200, judgedMs: 80, isOver: true });
  });

  it('keeps what was judged of a damaged file, with the fault', async () => {
    const t = world({ fault: new FramewatchError('RECORDING_DAMAGED', 'is cut off'), warnings: [] }, { ...KNOWN, durationMs: null });
    await t.run.read(NEVER);
    t.settleAll();
    expect(await t.run.findings()).toMatchObject({
      ...{ judged: 3, durationMs: 120, complete: false, error: { code: 'RECORDING_DAMAGED', message: 'is cut off' } },
    });
  });

  it('believes the pictures more than a file that says it is shorter', async () => {
    const t = world(WHOLE, { ...KNOWN, durationMs: 40 });
    await t.run.read(NEVER);
    t.settleAll();
    expect(await t.run.findings()).toMatchObject({ durationMs: 120, complete: true });
  });

  it('is not complete when pictures got no verdict', async () => {
    const t = world(WHOLE);
    await t.run.read(NEVER);
    t.judge.settled(0, 'full', { probabilities: [1, 0, 0] });
    t.judge.settled(1, 'full', { dropped: 'invalid' });
    t.judge.settled(2, 'full', { dropped: 'invalid' });
    const { judged, unjudged, complete, error } = await t.run.findings();
    expect({ judged, unjudged, complete }).toEqual({ judged: 1, unjudged: 2, complete: false });
    expect(error).toEqual({
      code: 'ENGINE_INFERENCE_FAILED',
      message: '2 verdicts are missing, the network could not judge the picture (invalid: 2)',
    });
  });

  it('says what is known when it is cut short, also while verdicts are under way', async () => {
    const t = world(WHOLE);
    await t.run.read(NEVER);
    t.judge.settled(0, 'full', { probabilities: [1, 0, 0] });
    const findings = t.run.findings();
    t.run.cutShort();
    expect(await findings).toMatchObject({ judged: 1, judgedMs: 0, complete: false, error: null });
  });
});
