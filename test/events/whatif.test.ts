import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReplayedEvent } from '../../src/events/rule-replay.ts';
import { compareEvents } from '../../src/events/whatif.ts';

describe('compareEvents', () => {
  it('calls an event gained or lost when the other rule has none at its time, and kept else', () => {
    const before = [event(0, 10), event(20, 30), event(50, 60)];
    const after = [event(2, 12), event(40, 45), event(50, 60)];
    const { gained, lost, kept } = compareEvents(before, after);
    expect([gained, lost]).toEqual([[after[1]], [before[1]]]);
    expect(kept).toEqual([
      { before: before[0], after: after[0], moved: true },
      { before: before[2], after: after[2], moved: false },
    ]);
  });

  it('has one kept and one lost of two that become one, and the other way round', () => {
    const two = [event(0, 10), event(20, 30)];
    const one = [event(0, 30)];
    expect(compareEvents(two, one)).toMatchObject({ kept: [{ before: two[0], after: one[0] }], lost: [two[1]], gained: [] });
    expect(compareEvents(one, two)).toMatchObject({ kept: [{ before: one[0], after: two[0] }], lost: [], gained: [two[1]] });
  });

  it('takes what goes on for going on for ever', () => {
    expect(compareEvents([event(0, null)], [event(100, 110)])).toMatchObject({ kept: [{ moved: true }], gained: [], lost: [] });
  });

  it('accounts for every event once, and finds nothing between equals', () => {
    fc.assert(
      fc.property(lists, lists, (before, after) => {
        const { gained, lost, kept } = compareEvents(before, after);
        expect(new Set([...lost, ...kept.map((each) => each.before)])).toEqual(new Set(before));
        expect(lost.length + kept.length).toBe(before.length);
        expect(new Set([...gained, ...kept.map((each) => each.after)])).toEqual(new Set(after));
        expect(gained.length + kept.length).toBe(after.length);
        const same = compareEvents(
          before,
          before.map((each) => ({ ...each })),
        );
        expect([same.gained, same.lost, same.kept.some(({ moved }) => moved)]).toEqual([[], [], false]);
      }),
    );
  });
});

/** As a rule makes them: one after the other. */
const lists = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })), { maxLength: 8 }).map((steps) => {
  let at = 0;
  return steps.map(([pause, length]) => {
    const from = at + pause;
    at = from + length;
    return event(from, at);
  });
});

function event(from: number, to: number | null): ReplayedEvent {
  return {
    ...{ region: 'full', startedAt: from, decidedAt: from, endedAt: to, endReason: to === null ? null : 'exit', score: 0.9, peakScore: 0.9 },
    ...{ frame: 1, updates: 0, startCause: { kind: 'entered', frames: [], count: 1, spanMs: 0 }, endCause: null },
  };
}
