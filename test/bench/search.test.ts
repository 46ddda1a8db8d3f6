import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { borderOf, cameraRange, nextProbe, type Probe, rungRange, type SearchRange } from '../../src/bench/search.ts';

/** Runs a search against a machine that answers by `holds`; gives everything that was measured. */
function searched(range: SearchRange, holds: (at: number, times: number) => boolean, clear = false): Probe[] {
  const probes: Probe[] = [];
  for (let at = nextProbe(probes, range); at !== null; at = nextProbe(probes, range)) {
    const value = at;
    probes.push({ at, holds: holds(at, probes.filter((probe) => probe.at === value).length), clear });
    if (probes.length > 200) throw new Error('no end');
  }
  return probes;
}

const tried = (probes: readonly Probe[]) => probes.map(({ at }) => at);

describe('nextProbe', () => {
  it('doubles while it holds, halves the rest, and measures both sides of the border twice', () => {
    const probes = searched(cameraRange(64, 4), (at) => at <= 6);
    expect(tried(probes)).toEqual([4, 8, 6, 7, 6, 7]);
    expect(borderOf(probes)).toEqual({ held: 6, failed: 7 });
  });

  it('goes down where the guess was too high, and says so when not even one holds', () => {
    expect(tried(searched(cameraRange(64, 20), (at) => at <= 3))).toEqual([20, 10, 5, 2, 3, 4, 3, 4]);
    const none = searched(cameraRange(64, 5), () => false);
    expect(borderOf(none)).toEqual({ held: null, failed: 1 });
    expect(tried(none)).toEqual([5, 2, 1, 1]);
  });

  it('ends at the most that was asked, measured twice', () => {
    const probes = searched(cameraRange(5, 3), () => true);
    expect(tried(probes)).toEqual([3, 5, 5]);
    expect(borderOf(probes)).toEqual({ held: 5, failed: null });
  });

  it('does not measure again what failed clearly', () => {
    expect(tried(searched(cameraRange(64, 4), (at) => at <= 6, true))).toEqual([4, 8, 6, 7, 6]);
  });

  it('decides by a third measurement when two disagree, and goes on below what turned out not to hold', () => {
    const luck = searched(cameraRange(64, 4), (at, times) => at <= 5 || (at === 6 && times === 0));
    expect(tried(luck)).toEqual([4, 8, 6, 7, 6, 6, 5, 5]);
    expect(borderOf(luck)).toEqual({ held: 5, failed: 6 });
    const mishap = searched(cameraRange(64, 4), (at, times) => at <= 6 || (at === 7 && times > 0));
    expect(borderOf(mishap)).toEqual({ held: 7, failed: 8 });
  });

  it('climbs a ladder by two rungs, without confirming', () => {
    const probes = searched(rungRange(12, 5), (at) => at <= 8);
    expect(tried(probes)).toEqual([5, 7, 9, 8]);
    expect(borderOf(probes)).toEqual({ held: 8, failed: 9 });
  });

  it('finds the border of any machine to an eighth, in few measurements', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 2000, noNaN: true }),
        fc.integer({ min: 0, max: 1100 }),
        (most, first, capacity) => {
          const probes = searched(cameraRange(most, first), (at) => at <= capacity);
          const { held, failed } = borderOf(probes);
          if (held !== null) expect(held).toBeLessThanOrEqual(capacity);
          if (failed !== null) expect(failed).toBeGreaterThan(capacity);
          if (capacity === 0) expect(failed).toBe(1);
          else if (capacity >= most) expect(held).toBe(most);
          else expect((failed ?? 0) - (held ?? 0)).toBeLessThanOrEqual(Math.max(1, Math.floor((held ?? 0) / 8)));
          expect(probes.length).toBeLessThanOrEqual(2 * Math.log2(most + 1) + 6);
        },
      ),
    );
  });

  it('ends, and stays within what was asked, whatever a machine answers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.boolean(), { maxLength: 300 }), fc.boolean(), (most, answers, clear) => {
        let asked = 0;
        const probes = searched(cameraRange(most, most / 3), () => answers[asked++] ?? false, clear);
        for (const { at } of probes) expect(at >= 1 && at <= most && Number.isInteger(at)).toBe(true);
        for (const at of tried(probes)) expect(tried(probes).filter((other) => other === at).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});
