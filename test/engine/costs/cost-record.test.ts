import { describe, expect, it } from 'vitest';
import { CostModel } from '../../../src/batching/cost-model.ts';
import { smallestBound } from '../../../src/batching/smallest-bound.ts';
import {
  askedEngine,
  type CostKey,
  type CostRecord,
  costRecord,
  findCosts,
  recordedCosts,
  remembered,
} from '../../../src/engine/costs/cost-record.ts';
import { PuppetEngine } from '../../helpers/puppet-engine.ts';

const ASKED = askedEngine({ backend: 'auto', device: 'auto', onUnavailable: 'fail', precision: 'auto', threads: 0 }, [1, 2, 4]);
const KEY: CostKey = { machine: 'CPU × 2', sha256: 'a'.repeat(64), int8: null, asked: ASKED };
const costs = new CostModel([1, 2, 4], { 1: 70, 2: 141, 4: 283 });
const record = (over: Partial<CostRecord> = {}): CostRecord => ({
  ...costRecord(KEY, new PuppetEngine().info, costs, 'warmUp', '2026-11-22T06:00:00.000Z'),
  ...over,
});

describe('a cost record', () => {
  it('gives the bound that the scheduler’s own costs give', () => {
    for (const pictures of [1, 3, 9]) {
      expect(smallestBound(recordedCosts(record()), pictures, 5)).toEqual(smallestBound(costs, pictures, 5));
    }
  });

  it('is found for the same model, machine and settings, the newest first', () => {
    const older = record({ measuredAt: '2026-11-21T06:00:00.000Z', from: 'running' });
    expect(findCosts([older, record()], KEY).record?.from).toBe('warmUp');
    expect(findCosts([record(), older], JSON.parse(JSON.stringify(KEY)) as CostKey).record?.from).toBe('warmUp');
  });

  it.each<[string, Partial<CostKey>, string]>([
    ['another machine', { machine: 'CPU × 4' }, 'another machine (CPU × 2)'],
    ['another model', { sha256: 'b'.repeat(64) }, 'another model (puppet aaaaaaaaaaaa)'],
    ['an int8 form that was not there', { int8: 'c'.repeat(64) }, 'with no int8 form'],
    ['other settings of the engine', { asked: { ...ASKED, threads: 1 } }, 'other settings'],
    ['other sizes', { asked: { ...ASKED, batchSizes: [1] } }, 'other settings'],
  ])('is not used for %s, and says so', (_what, over, reason) => {
    expect(findCosts([record()], { ...KEY, ...over })).toEqual({ record: null, reason: expect.stringContaining(reason) });
    const fitting = record({ ...over, measuredAt: '2020-01-01T00:00:00.000Z' });
    expect(findCosts([record(), fitting], { ...KEY, ...over }).record).toEqual(fitting);
  });

  it('renews its like and leaves the others, of which the oldest are forgotten', () => {
    const fast = record({ from: 'running', costMs: [1, 2, 3] });
    const other = record({ ran: { ...record().ran, device: 'gpu' } });
    expect(remembered([record(), other], fast)).toEqual([fast, other]);
    const many = Array.from({ length: 20 }, (_, index) => record({ machine: `machine ${index}` }));
    const kept = many.reduce<CostRecord[]>((all, one) => remembered(all, one), []);
    expect(kept.map(({ machine }) => machine)).toEqual([19, 18, 17, 16, 15, 14, 13, 12].map((index) => `machine ${index}`));
    expect(findCosts([], KEY)).toEqual({ record: null, reason: 'it is empty' });
  });
});
