import { describe, expect, it } from 'vitest';
import { labelScores } from '../../src/events/scores.ts';
import { type CoursesAsked, readCourses } from '../../src/monitor/score-courses.ts';
import { ScoreRecorder } from '../../src/monitor/score-recorder.ts';
import { ScoreTimelines } from '../../src/monitor/score-timelines.ts';
import { camera } from '../helpers/coverage-world.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const RULE = {
  ...{ labels: ['Porn'], enter: 0.8, exit: 0.6, minFrames: 1, enterForMs: 0, offDelayMs: 0, cooldownMs: 0, maxDurationMs: 0, deviceClass: null },
};
const DOOR = camera('door', {
  sampleFps: 0.2,
  regions: ['full', 'gate'].map((id) => ({ id, crop: null, heads: [] })),
  rules: [
    { ...RULE, id: 'unsafe', regions: ['full', 'gate'] },
    { ...RULE, id: 'both', labels: ['Porn', 'Sexy'], regions: ['full'] },
  ],
});

describe('ScoreTimelines', () => {
  it('asks for each rule in each region, with what waits before what is gathered', async () => {
    const { clock, recorder, questions, timelines } = stage(DOOR);
    recorder.begin(DOOR);
    const scores = labelScores(['Porn', 'Sexy'], [0.25, 0.5]);
    const frame = { sequence: 7, receivedAt: clock.wallMs(), receivedMono: clock.monotonicMs(), width: 64, height: 48 };
    const ledger = { total: 90, decode: 9, queue: 10, preprocess: 4, inference: 67, decide: 0, bound: 500, feasible: true };
    recorder.judged({ camera: 'door', region: 'full', frame, scores, ledger, batch: { id: 1, size: 1, paddedTo: 1, flushReason: 'idle' } });
    const span = { sinceMs: timelines.now() - 1_000, untilMs: timelines.now() + 1 };
    const found = await timelines.query('door', span);
    expect(found).toMatchObject({
      maxGapMs: 15_000,
      rules: [
        {
          rule: 'unsafe',
          region: 'full',
          labels: ['Porn'],
          enter: 0.8,
          exit: 0.6,
          course: { frames: 1, newest: { atMs: timelines.now(), score: 0.25 } },
        },
        { rule: 'unsafe', region: 'gate', course: { frames: 0, runs: [] } },
        { rule: 'both', region: 'full', course: { exact: true, newest: { score: 0.75 } } },
      ],
    });
    const [question] = questions;
    expect(question?.unwritten.slice(0, 1)).toEqual(tracedChunks(1));
    expect(question?.unwritten.map(({ chunk }) => chunk.frames)).toEqual([4, 1, 0]);
    expect(timelines.kept).toBe(true);
  });

  it('knows the rules when scores are not kept, and no camera that is not there', async () => {
    const clock = new VirtualClock();
    const reader = { ask: () => Promise.reject(new Error('nobody is to be asked')) };
    const timelines = new ScoreTimelines({ configOf: (id) => (id === 'door' ? DOOR : undefined), recorder: null, store: noStore, reader, clock });
    expect(timelines.kept).toBe(false);
    expect(await timelines.query('door', { sinceMs: 0, untilMs: 1 })).toMatchObject({ rules: [{ rule: 'unsafe', course: { runs: [] } }, {}, {}] });
    expect(await timelines.query('yard', { sinceMs: 0, untilMs: 1 })).toBeNull();
  });
});

const noStore = { waitingOf: () => [] };

/** An empty disk; the rest is as in the daemon. */
function stage(config: typeof DOOR) {
  const clock = new VirtualClock();
  const recorder = new ScoreRecorder({ store: { record: () => undefined }, clock });
  const questions: CoursesAsked[] = [];
  const timelines = new ScoreTimelines({
    ...{ recorder, clock, configOf: () => config },
    store: { waitingOf: () => tracedChunks(1) },
    reader: {
      ask: (question) => {
        questions.push(question);
        return readCourses({ scoresWithin: () => Promise.resolve({ parts: [], id: 0 }) }, question);
      },
    },
  });
  return { clock, recorder, questions, timelines };
}
