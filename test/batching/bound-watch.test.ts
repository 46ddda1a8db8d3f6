import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundWatch, HOLD_MS } from '../../src/batching/bound-watch.ts';

describe('BoundWatch', () => {
  it('judges at once, exactly at the bound', () => {
    const kept = new BoundWatch(100);
    expect(kept.feasible).toBeNull();
    expect(kept.judge(100, 0)).toBe(true);
    expect(kept.feasible).toBe(true);
    const missed = new BoundWatch(100);
    expect(missed.judge(100.1, 0)).toBe(true);
    expect(missed.feasible).toBe(false);
  });

  it('changes when the costs have said so for long enough without a break', () => {
    const watch = new BoundWatch(100);
    watch.judge(80, 0);
    expect(watch.judge(120, 1_000)).toBe(false);
    expect(watch.judge(99, 9_000)).toBe(false);
    expect(watch.judge(120, 9_500)).toBe(false);
    expect(watch.judge(120, 9_500 + HOLD_MS - 1)).toBe(false);
    expect(watch.feasible).toBe(true);
    expect(watch.judge(120, 9_500 + HOLD_MS)).toBe(true);
    expect(watch.feasible).toBe(false);
  });

  it('is feasible again only well below the bound', () => {
    const watch = new BoundWatch(100);
    watch.judge(150, 0);
    for (let now = 0; now <= 10 * HOLD_MS; now += 1_000) expect(watch.judge(95, now)).toBe(false);
    watch.judge(90, 11 * HOLD_MS);
    expect(watch.judge(90, 12 * HOLD_MS)).toBe(true);
    expect(watch.feasible).toBe(true);
  });

  it('ignores what is no cost', () => {
    const watch = new BoundWatch(100);
    expect(watch.judge(Number.NaN, 0)).toBe(false);
    expect(watch.feasible).toBeNull();
    watch.judge(50, 0);
    for (let now = 0; now < 3 * HOLD_MS; now += 1_000) watch.judge(Number.POSITIVE_INFINITY, now);
    expect(watch.feasible).toBe(true);
  });

  it('never changes twice within the time it holds, whatever the costs do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 1, max: 300, noNaN: true }), fc.integer({ min: 0, max: 4_000 })), { maxLength: 200 }),
        (steps) => {
          const watch = new BoundWatch(100);
          let now = 0;
          let changedAt = Number.NEGATIVE_INFINITY;
          for (const [needed, pause] of steps) {
            now += pause;
            const isFirst = watch.feasible === null;
            if (!watch.judge(needed, now)) continue;
            if (!isFirst) expect(now - changedAt).toBeGreaterThanOrEqual(HOLD_MS);
            changedAt = now;
          }
        },
      ),
    );
  });
});
