import { describe, expect, it } from 'vitest';
import { isClearlyOver, judge, lostPictures } from '../../src/bench/judgement.ts';
import { ledgerOf, stepOf } from './samples.ts';

const latency = (p99: number) => {
  const { latencyMs } = stepOf();
  return latencyMs && { ...latencyMs, total: { p50: 100, p99 } };
};

describe('judge', () => {
  it('lets a load hold whose pictures were judged in time', () => {
    expect(judge(stepOf(), 500)).toEqual({ holds: true, clear: false, broken: [] });
    expect(judge(stepOf({ latencyMs: latency(500) }), 500).holds).toBe(true);
  });

  it('names each thing that is broken', () => {
    expect(judge(stepOf({ latencyMs: latency(501) }), 500)).toEqual({ holds: false, clear: false, broken: ['p99 was 501 ms, the bound is 500 ms'] });
    expect(judge(stepOf({ live: { all: 2, keyframes: 1 } }), 500).broken).toEqual(['only 3 of 4 cameras were live']);
    expect(judge(stepOf({ dropped: { superseded: 2 } }), 500).broken).toEqual(['2 of 80 pictures got no verdict']);
    expect(judge(stepOf({ samples: 0, latencyMs: null }), 500).broken).toEqual(['nothing was judged']);
  });

  it('knows what would fail again', () => {
    expect(judge(stepOf({ latencyMs: latency(501), missedShare: 0.011 }), 500).clear).toBe(false);
    expect(judge(stepOf({ latencyMs: latency(900), missedShare: 0.2 }), 500).clear).toBe(true);
    expect(judge(stepOf({ missedShare: 0.2 }), 500).clear).toBe(false);
    expect(judge(stepOf({ dropped: { superseded: 40 } }), 500).clear).toBe(true);
    const disturbed = { daemon: 0.1, engine: 0.6, ffmpeg: 0.4, cameras: 0.1, bench: 0.02, others: 1.2 };
    expect(judge(stepOf({ dropped: { superseded: 40 }, cores: disturbed }), 500)).toMatchObject({ holds: false, clear: false });
  });
});

it('forgives a picture a camera at the edges of the measured time, and no drop', () => {
  expect(lostPictures(stepOf({ received: 76 }))).toBe(0);
  expect(lostPictures(stepOf({ received: 70 }))).toBe(6);
  expect(lostPictures(stepOf({ received: 84, dropped: { superseded: 1, expired: 2 } }))).toBe(3);
});

describe('isClearlyOver', () => {
  const at = (elapsedSeconds: number, totals: readonly number[]) =>
    isClearlyOver({ cameras: 4, offeredPerSecond: 8, elapsedSeconds, plannedSeconds: 10, ledgers: totals.map((total) => ledgerOf(total)) });
  const many = (count: number, total: number) => Array.from({ length: count }, () => total);

  it('gives a load its time while it may still hold', () => {
    expect(at(9, many(70, 100))).toBe(false);
    expect(at(9, [...many(70, 100), 600])).toBe(false);
  });

  it('ends what is late for a tenth, or lacks a fifth, but not before it has shown that', () => {
    expect(at(5, [...many(30, 100), ...many(10, 600)])).toBe(true);
    expect(at(5, many(20, 100))).toBe(true);
    expect(at(3.9, [...many(20, 100), ...many(10, 600)])).toBe(false);
    expect(at(0, [])).toBe(false);
  });
});
