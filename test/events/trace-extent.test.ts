import { describe, expect, it } from 'vitest';
import type { TraceEntry, TraceSession } from '../../src/events/score-trace.ts';
import { TraceExtent } from '../../src/events/trace-extent.ts';

const SESSION: TraceSession = {
  ...{ key: 1, camera: 'door', region: 'full', maxGapMs: 10_000, whole: true, labels: [], groups: [] },
};
const ALL = { sinceMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

describe('TraceExtent', () => {
  it('covers the time between frames that count as consecutive, and not that behind a break or a gap', () => {
    const extent = new TraceExtent(ALL);
    extent.take(SESSION, 0, [frame(0), frame(1_000), interruption(1_500, 'cameraOffline'), frame(5_000), frame(6_000)]);
    extent.take(SESSION, 1, [frame(7_000), frame(17_001), frame(18_000)]);
    expect(extent.coveredMs).toBe(1_500 + 2_000 + 999);
    expect([extent.frames, extent.breaks, extent.firstMs, extent.lastMs, extent.lostChunks]).toEqual([7, 1, 0, 18_000, 0]);
  });

  it('counts within the time that is asked for only', () => {
    const extent = new TraceExtent({ sinceMs: 500, untilMs: 2_500 });
    extent.take(SESSION, 0, [frame(0), frame(1_000), frame(2_000), frame(3_000), interruption(3_000, 'shutdown')]);
    expect([extent.coveredMs, extent.frames, extent.breaks]).toEqual([2_000, 2, 0]);
  });

  it('tells a crash from an end in order, and the first start from both', () => {
    const extent = new TraceExtent(ALL);
    extent.take(SESSION, 0, [interruption(0, 'recovered'), frame(1_000), interruption(2_000, 'shutdown')]);
    extent.take({ ...SESSION, key: 2 }, 0, [interruption(3_000, 'recovered'), frame(4_000)]);
    expect(extent.crashes).toBe(0);
    extent.take({ ...SESSION, key: 3 }, 0, [interruption(5_000, 'recovered')]);
    expect([extent.crashes, extent.breaks]).toEqual([1, 1]);
  });

  it('finds parts that are missing, and does not take their time for covered', () => {
    const extent = new TraceExtent(ALL);
    extent.take(SESSION, 4, [frame(0), frame(1_000)]);
    expect([extent.beginsInside, extent.lostChunks]).toEqual([true, 0]);
    extent.take(SESSION, 7, [frame(2_000), frame(2_500)]);
    extent.take({ ...SESSION, key: 2 }, 1, [frame(3_000)]);
    expect([extent.lostChunks, extent.coveredMs]).toEqual([3, 1_500]);
  });

  it('has nothing of nothing', () => {
    const extent = new TraceExtent(ALL);
    expect([extent.coveredMs, extent.frames, extent.firstMs, extent.lastMs, extent.beginsInside]).toEqual([0, 0, null, null, false]);
  });
});

function frame(ms: number): TraceEntry {
  return { kind: 'frame', mono: ms, wall: ms, sequence: ms, scores: new Map(), groups: [] };
}

function interruption(ms: number, reason: 'cameraOffline' | 'shutdown' | 'recovered'): TraceEntry {
  return { kind: 'break', mono: ms, wall: ms, reason };
}
