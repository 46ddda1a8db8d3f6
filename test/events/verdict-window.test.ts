import { describe, expect, it } from 'vitest';
import { VerdictWindow } from '../../src/events/verdict-window.ts';

const moment = (mono: number) => ({ mono, at: 1_000_000 + mono });

describe('VerdictWindow', () => {
  it('says nothing before it was open for its whole span, then which share of the verdicts came', () => {
    const window = new VerdictWindow(2, 30_000, moment(0));
    expect(window.isFull(moment(29_999))).toBe(false);
    expect(window.isFull(moment(30_000))).toBe(true);
    for (let at = 500; at <= 60_000; at += 500) window.count('judged', moment(at));
    expect(window.share(moment(60_000))).toBeCloseTo(1, 1);
    for (let at = 62_000; at <= 120_000; at += 2_000) window.count('judged', moment(at));
    expect(window.share(moment(120_000))).toBeCloseTo(0.25, 1);
    expect(window.asked(moment(120_000))).toBeLessThanOrEqual(2 * 31);
  });

  it('forgets what is older than its span', () => {
    const window = new VerdictWindow(1, 30_000, moment(0));
    for (let at = 0; at < 10_000; at += 1_000) window.count('overload', moment(at));
    expect(window.total('overload')).toBe(10);
    window.count('judged', moment(38_500));
    expect(window.total('overload')).toBe(2);
    for (let at = 39_000; at <= 70_000; at += 1_000) window.share(moment(at));
    expect(window.share(moment(70_000))).toBe(0);
    expect([window.total('overload'), window.total('judged'), window.total('motion')]).toEqual([0, 0, 0]);
  });

  it('finds since when verdicts are rare', () => {
    const window = new VerdictWindow(2, 30_000, moment(0));
    for (let at = 500; at <= 42_000; at += 500) window.count('judged', moment(at));
    for (let at = 45_000; at <= 60_000; at += 3_000) window.count('judged', moment(at));
    const { mono, at } = window.sparseSince(0.6, moment(60_000));
    expect(mono).toBeGreaterThanOrEqual(42_000);
    expect(mono).toBeLessThanOrEqual(43_000);
    expect(at).toBe(1_000_000 + mono);
    // Rare from the beginning; and where nothing is missing, since now.
    const rare = new VerdictWindow(2, 30_000, moment(0));
    rare.count('judged', moment(15_000));
    expect(rare.sparseSince(0.6, moment(30_000)).mono).toBe(0);
    const often = new VerdictWindow(2, 30_000, moment(0));
    for (let at = 500; at <= 30_000; at += 500) often.count('judged', moment(at));
    expect(often.sparseSince(0.6, moment(30_000)).mono).toBe(30_000);
  });
});
