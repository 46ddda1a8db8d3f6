import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/events/deciding-frames.ts';
import type { Cause, RuleThresholds, Transition } from '../../src/events/rule-tracker.ts';
import { maxGapMs, RuleTracker, UPDATE_INTERVAL_MS, UPDATE_PEAK_RISE } from '../../src/events/rule-tracker.ts';

const RULE: RuleThresholds = { enter: 0.8, minFrames: 3, enterForMs: 0, exit: 0.6, offDelayMs: 3_000, cooldownMs: 30_000, maxDurationMs: 0 };
const GAP = 10_000;
const WALL = Date.UTC(2026, 0, 1);

describe('RuleTracker', () => {
  it('starts at the frame that completes the run and dates the event from the first one', () => {
    const messages = play(RULE, everySecond([0.9, 0.5, 0.8, 0.85, 0.95]));
    expect(messages).toMatchObject([{ frame: 4, type: 'start', startedAt: WALL + 2_000, peakScore: 0.95, endReason: null }]);
  });

  it('takes 0 and 1 frames alike: the first one decides', () => {
    for (const minFrames of [0, 1]) expect(play({ ...RULE, minFrames }, everySecond([0.8])).map(({ type }) => type)).toEqual(['start']);
  });

  it('waits until the run spans enterForMs', () => {
    const messages = play({ ...RULE, minFrames: 1, enterForMs: 2_000 }, everySecond([0.9, 0.9, 0.9]));
    expect(messages.map(({ frame, type }) => [frame, type])).toEqual([[2, 'start']]);
  });

  it('ends only when the score stayed below exit for the whole off delay', () => {
    const scores = [0.9, 0.9, 0.9, 0.5, 0.5, 0.6, 0.5, 0.5, 0.5, 0.5];
    expect(play(RULE, everySecond(scores)).map(({ frame, type, endReason }) => [frame, type, endReason])).toEqual([
      [2, 'start', null],
      [9, 'end', 'exit'],
    ]);
  });

  it('ends at once with an off delay of 0', () => {
    expect(play({ ...RULE, minFrames: 1, offDelayMs: 0 }, everySecond([0.9, 0.59])).map(({ type }) => type)).toEqual(['start', 'end']);
  });

  it('does not count frames of the cool-down towards the next start', () => {
    const rule = { ...RULE, minFrames: 2, offDelayMs: 0, cooldownMs: 3_000 };
    const messages = play(rule, everySecond([0.9, 0.9, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9]));
    expect(messages.map(({ frame, type, startedAt }) => [frame, type, (startedAt - WALL) / 1_000])).toEqual([
      [1, 'start', 0],
      [2, 'end', 0],
      [6, 'start', 5],
    ]);
  });

  it('ends an event that lasts too long and begins anew only with later frames', () => {
    const messages = play({ ...RULE, minFrames: 1, cooldownMs: 0, maxDurationMs: 2_000 }, everySecond([0.9, 0.9, 0.9, 0.9]));
    expect(messages.map(({ frame, type, endReason }) => [frame, type, endReason])).toEqual([
      [0, 'start', null],
      [2, 'end', 'maxDuration'],
      [3, 'start', null],
    ]);
  });

  it('reports a peak that rose by 0.05 although binary fractions say 0.04999', () => {
    const messages = play({ ...RULE, minFrames: 1 }, everySecond([0.8, 0.84, 0.85, 0.89, 0.9]));
    expect(messages.map(({ frame, type, peakScore }) => [frame, type, peakScore])).toEqual([
      [0, 'start', 0.8],
      [2, 'update', 0.85],
      [4, 'update', 0.9],
    ]);
  });

  it('says every ten seconds that an event goes on', () => {
    const messages = play({ ...RULE, minFrames: 1 }, everySecond(new Array<number>(25).fill(0.9)));
    expect(messages.map(({ frame, type }) => [frame, type])).toEqual([
      [0, 'start'],
      [10, 'update'],
      [20, 'update'],
    ]);
  });

  it('does not call frames on both sides of a long gap consecutive', () => {
    const messages = play({ ...RULE, minFrames: 2 }, [at(0, 0.9), at(GAP + 1, 0.9), at(GAP + 2, 0.9)]);
    expect(messages.map(({ frame, startedAt }) => [frame, startedAt])).toEqual([[2, WALL + GAP + 1]]);
  });

  it('does not take a gap for time spent below exit', () => {
    const frames = [at(0, 0.9), at(1_000, 0.1), at(60_000, 0.1), at(62_999, 0.1), at(63_000, 0.1)];
    const ends = play({ ...RULE, minFrames: 1 }, frames).filter(({ type }) => type === 'end');
    expect(ends.map(({ frame }) => frame)).toEqual([4]);
  });

  it('names the newest ten frames of a long run, and how many there were', () => {
    const [start] = play(
      { ...RULE, minFrames: 10_000 },
      Array.from({ length: 10_000 }, (_, index) => at(index * 100, 0.9)),
    );
    expect(start?.frame).toBe(9_999);
    const cause = start?.cause.kind === 'entered' ? start.cause : null;
    expect(cause?.frames.map(({ sequence }) => sequence / 100)).toEqual([9990, 9991, 9992, 9993, 9994, 9995, 9996, 9997, 9998, 9999]);
    expect(cause).toMatchObject({ count: 10_000, spanMs: 999_900 });
  });

  it('closes for a reason from outside, once, and cools down from then', () => {
    const tracker = new RuleTracker({ ...RULE, minFrames: 1, cooldownMs: 5_000 }, GAP);
    expect(tracker.close('shutdown', 0)).toBeNull();
    tracker.observe(at(1_000, 0.9));
    expect(tracker.close('cameraOffline', 2_000)).toMatchObject({
      ...{ type: 'end', endReason: 'cameraOffline', peakScore: 0.9 },
      cause: { kind: 'outside', reason: 'cameraOffline' },
    });
    expect(tracker.close('cameraOffline', 2_000)).toBeNull();
    expect(tracker.observe(at(6_999, 0.9))).toBeNull();
    expect(tracker.observe(at(7_000, 0.9))).toMatchObject({ type: 'start' });
  });

  it('agrees with a reference that looks at the whole past of every frame', () => {
    fc.assert(
      fc.property(rules, histories, (rule, frames) => {
        expect(play(rule, frames)).toEqual(reference(rule, frames));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps its promises whatever comes', () => {
    fc.assert(
      fc.property(rules, histories, (rule, frames) => {
        let active = false;
        let endedMono = Number.NEGATIVE_INFINITY;
        for (const { frame, type } of play(rule, frames)) {
          expect(type === 'start').toBe(!active);
          const mono = frames[frame]?.mono ?? Number.NaN;
          if (type === 'start') {
            const run = frames.slice(Math.max(0, frame + 1 - Math.max(1, rule.minFrames)), frame + 1);
            expect(run.length).toBeGreaterThanOrEqual(rule.minFrames);
            expect(run.every(({ score }) => score >= rule.enter)).toBe(true);
            expect(run.every((seen) => seen.mono - endedMono >= rule.cooldownMs)).toBe(true);
          }
          active = type !== 'end';
          if (type === 'end') endedMono = mono;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('maxGapMs', () => {
  it('is three samples, at least ten seconds', () => {
    expect([2, 0.3, 0.1].map(maxGapMs)).toEqual([10_000, 10_000, 30_000]);
  });
});

type Message = Transition & { readonly frame: number };

function play(rule: RuleThresholds, frames: readonly Observation[]): Message[] {
  const tracker = new RuleTracker(rule, GAP);
  return frames.flatMap((seen, frame) => {
    const transition = tracker.observe(seen);
    return transition ? [{ frame, ...transition }] : [];
  });
}

/** The rule as a sentence about the past, without state that moves along: slow and obvious. */
function reference(rule: RuleThresholds, frames: readonly Observation[]): Message[] {
  const messages: Message[] = [];
  for (const [frame, now] of frames.entries()) {
    const last = messages.at(-1);
    const past = frames.slice(0, frame + 1);
    if (last === undefined || last.type === 'end') {
      const end = last === undefined ? undefined : { index: last.frame, mono: monoOf(frames, last.frame) };
      const run = unbroken(
        past,
        (seen, index) => seen.score >= rule.enter && (!end || (index > end.index && seen.mono >= end.mono + rule.cooldownMs)),
      );
      const first = run[0];
      if (!first || run.length < rule.minFrames || now.mono - first.mono < rule.enterForMs) continue;
      const cause = { kind: 'entered', ...decidingRun(run) } as const;
      messages.push({ frame, type: 'start', startedAt: first.wall, peakScore: peak(run), endReason: null, cause });
      continue;
    }
    const startFrame = messages.findLast(({ type }) => type === 'start')?.frame ?? 0;
    const event = past.filter(({ wall }) => wall >= last.startedAt);
    const common = { frame, startedAt: last.startedAt, peakScore: peak(event) };
    const low = unbroken(past, (seen, index) => index > startFrame && seen.score < rule.exit);
    const rose = common.peakScore - last.peakScore > UPDATE_PEAK_RISE - 1e-6;
    const sinceMs = now.mono - monoOf(frames, last.frame);
    if (low[0] && now.mono - low[0].mono >= rule.offDelayMs) {
      messages.push({ ...common, type: 'end', endReason: 'exit', cause: { kind: 'exited', ...decidingRun(low) } });
    } else if (rule.maxDurationMs > 0 && now.wall - last.startedAt >= rule.maxDurationMs) {
      messages.push({ ...common, type: 'end', endReason: 'maxDuration', cause: { kind: 'maxDuration', durationMs: now.wall - last.startedAt } });
    } else if (rose || sinceMs >= UPDATE_INTERVAL_MS) {
      const cause: Cause = rose ? { kind: 'peakRose', from: last.peakScore, to: common.peakScore } : { kind: 'goesOn', sinceMs };
      messages.push({ ...common, type: 'update', endReason: null, cause });
    }
  }
  return messages;
}

/** The longest run of frames up to the newest that all satisfy `wanted`, without a gap longer than GAP between neighbours. */
function unbroken(past: readonly Observation[], wanted: (seen: Observation, index: number) => boolean): readonly Observation[] {
  let from = past.length;
  for (let index = past.length - 1; index >= 0; index--) {
    const seen = past[index];
    const later = past[index + 1];
    if (!seen || !wanted(seen, index) || (later && later.mono - seen.mono > GAP)) break;
    from = index;
  }
  return past.slice(from);
}

function decidingRun(run: readonly Observation[]) {
  const spanMs = (run.at(-1)?.mono ?? Number.NaN) - (run[0]?.mono ?? Number.NaN);
  return { frames: run.slice(-10), count: run.length, spanMs };
}

function peak(frames: readonly Observation[]): number {
  return Math.max(...frames.map(({ score }) => score));
}

function monoOf(frames: readonly Observation[], index: number): number {
  return frames[index]?.mono ?? Number.NaN;
}

function at(mono: number, score: number): Observation {
  return { mono, wall: WALL + mono, sequence: mono, score };
}

function everySecond(scores: readonly number[]): Observation[] {
  return scores.map((score, second) => at(second * 1_000, score));
}

const rules: fc.Arbitrary<RuleThresholds> = fc
  .record({
    thresholds: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    minFrames: fc.integer({ min: 0, max: 4 }),
    enterForMs: fc.constantFrom(0, 500, 2_500),
    offDelayMs: fc.constantFrom(0, 1_000, 3_000),
    cooldownMs: fc.constantFrom(0, 1_500, 8_000),
    maxDurationMs: fc.constantFrom(0, 5_000),
  })
  .map(({ thresholds, ...rest }) => ({ ...rest, enter: Math.max(...thresholds) / 10, exit: Math.min(...thresholds) / 10 }));

// Scores in steps of 0.01, times never equal, mostly a second apart, now and then a gap.
const histories: fc.Arbitrary<Observation[]> = fc
  .array(fc.tuple(fc.constantFrom(400, 1_000, 1_000, 1_000, 2_000, 11_000), fc.integer({ min: 0, max: 100 })), { maxLength: 60 })
  .map((steps) => {
    let mono = 0;
    return steps.map(([step, score]) => {
      mono += step;
      return at(mono, score / 100);
    });
  });
