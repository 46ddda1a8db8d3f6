import { describe, expect, it } from 'vitest';
import { HOLD_MS } from '../../src/batching/bound-watch.ts';
import { CostModel } from '../../src/batching/cost-model.ts';
import { type BoundedCamera, Bounds } from '../../src/monitor/bounds.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const REGION = { id: 'full', crop: null, heads: [] };

function camera(id: string, maxLatencyMs: number, over: { decodeAgeMs?: number | null; regions?: number; enabled?: boolean } = {}) {
  const { decodeAgeMs = null, regions = 1, enabled = true } = over;
  return { enabled, config: { id, maxLatencyMs, regions: Array<typeof REGION>(regions).fill(REGION) }, status: { decodeAgeMs } };
}

function stage(cameras: BoundedCamera[], costMs: Record<number, number> = { 1: 70 }) {
  const clock = new VirtualClock();
  const logger = recordingLogger();
  const gauges = new Map<string, [feasible: boolean, smallestMs: number]>();
  const changed: string[] = [];
  let costs: CostModel | null = new CostModel([1], costMs);
  const bounds = new Bounds({
    ...{ clock, logger, cameras: () => cameras, costs: () => costs },
    metrics: {
      boundJudged: (id, feasible, smallestMs) => void gauges.set(id, [feasible, smallestMs]),
      boundForgotten: (id) => void gauges.delete(id),
    },
    changed: (id) => changed.push(id),
  });
  /** Reviews once a second, as the daemon does. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      await clock.advance(1_000);
      bounds.review();
    }
  };
  const costing = (next: Record<number, number> | null) => {
    costs = next && new CostModel([1], next);
  };
  const batches = (count: number, ms: number) => {
    for (let batch = 0; batch < count; batch++) costs?.observe(1, 1, ms, 2);
  };
  return { bounds, logger, gauges, changed, clock, pass, costing, batches };
}

describe('Bounds', () => {
  it('warns at start of each camera whose bound no idle engine can keep, with figures and what to do', () => {
    const { bounds, logger, gauges, changed } = stage([camera('door', 60), camera('yard', 500)]);
    bounds.review();
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toMatchObject({
      level: 'warn',
      fields: { camera: 'door', boundMs: 60, smallestBoundMs: 75, advisedBoundMs: 90, code: 'BOUND_INFEASIBLE' },
      message: expect.stringMatching(/^door: a bound of 60 ms cannot be kept: .* 75 ms .*raise maxLatencyMs to 90 or more/),
    });
    expect([...gauges]).toEqual([
      ['door', [false, 74.5]],
      ['yard', [true, 74.5]],
    ]);
    expect(changed).toEqual(['door', 'yard']);
    expect([bounds.isFeasible('door'), bounds.isFeasible('yard'), bounds.isFeasible('unknown')]).toEqual([false, true, true]);
    expect(bounds.view('door')).toMatchObject({ feasible: false, smallestMs: 74.5, since: '2026-01-01T00:00:00.000Z', message: expect.any(String) });
    expect(bounds.view('yard')).toMatchObject({ feasible: true, message: null });
  });

  it('says nothing, and nothing twice, while nothing changes', async () => {
    const { logger, changed, pass } = stage([camera('door', 60), camera('yard', 500)]);
    await pass(60_000);
    expect(logger.lines).toHaveLength(1);
    expect(changed).toHaveLength(2);
  });

  it('waits for the engine', () => {
    const { bounds, gauges, costing } = stage([camera('door', 60)]);
    costing(null);
    bounds.review();
    expect(gauges.size).toBe(0);
    expect(bounds.view('door')).toEqual({ feasible: null, smallestMs: null, since: null, message: null });
  });

  it('counts the camera’s own decoding, also while it connects again', async () => {
    const door = { ...camera('door', 100), status: { decodeAgeMs: null as number | null } };
    const { bounds, logger, pass } = stage([door]);
    bounds.review();
    expect(bounds.isFeasible('door')).toBe(true);
    door.status.decodeAgeMs = 40;
    await pass(HOLD_MS + 1_000);
    expect(bounds.isFeasible('door')).toBe(false);
    expect(logger.lines[0]?.message).toContain('decode 40');
    door.status.decodeAgeMs = null;
    await pass(3 * HOLD_MS);
    expect(bounds.isFeasible('door')).toBe(false);
    expect(logger.lines).toHaveLength(1);
  });

  it('tells when an engine that was exchanged is slower or quick again, not when a minute is bad', async () => {
    const { bounds, logger, changed, pass, costing } = stage([camera('door', 100)]);
    bounds.review();
    costing({ 1: 300 });
    await pass(HOLD_MS / 2);
    costing({ 1: 70 });
    await pass(2_000);
    expect(logger.lines).toEqual([]);
    costing({ 1: 300 });
    await pass(HOLD_MS + 1_000);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn']);
    costing({ 1: 70 });
    await pass(HOLD_MS + 1_000);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(logger.lines[1]?.message).toContain('can be kept again');
    expect(changed).toEqual(['door', 'door', 'door']);
    expect(bounds.isFeasible('door')).toBe(true);
  });

  it('follows the costs as batches show them, there and back', async () => {
    const { bounds, logger, pass, batches } = stage([camera('door', 100)]);
    bounds.review();
    batches(60, 160);
    await pass(HOLD_MS + 1_000);
    expect(bounds.view('door')).toMatchObject({ feasible: false, smallestMs: expect.closeTo(164, 0) });
    batches(60, 70);
    await pass(HOLD_MS + 1_000);
    expect(bounds.isFeasible('door')).toBe(true);
    // One stall in fifty batches is none of its business.
    batches(49, 70);
    batches(1, 700);
    await pass(3 * HOLD_MS);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('judges a changed bound at once', () => {
    const cameras: BoundedCamera[] = [camera('door', 100)];
    const { bounds, logger } = stage(cameras);
    bounds.review();
    cameras[0] = camera('door', 60);
    bounds.review();
    expect(bounds.isFeasible('door')).toBe(false);
    cameras[0] = camera('door', 90);
    bounds.review();
    expect(bounds.isFeasible('door')).toBe(true);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('knows that several regions take their time, and judges no camera that is disabled or gone', () => {
    const cameras: BoundedCamera[] = [camera('door', 200, { regions: 3 }), camera('off', 10, { enabled: false })];
    const { bounds, logger, gauges } = stage(cameras);
    bounds.review();
    expect(logger.lines.map(({ fields }) => fields['camera'])).toEqual(['door']);
    expect(gauges.has('off')).toBe(false);
    cameras[0] = camera('door', 200, { enabled: false });
    bounds.review();
    expect(bounds.view('door').feasible).toBeNull();
    expect(gauges.size).toBe(0);
  });
});
