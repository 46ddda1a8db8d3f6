import { describe, expect, it } from 'vitest';
import { readEvent } from '../../src/feed-check/event-shape.ts';
import { sequencedEvent } from '../helpers/label-events.ts';

const start = sequencedEvent(7, {
  latencyMs: { total: 92.2, decode: 9.1, queue: 12, preprocess: 4, inference: 67, decide: 0.1, bound: 500, feasible: true },
});
const end = { ...start, type: 'end', endedAt: start.at, endReason: 'exit' };

describe('readEvent', () => {
  it('finds nothing wrong with what the daemon sends, nor with members it does not know', () => {
    for (const event of [start, end, { ...start, later: { addition: [1] } }]) {
      const { facts, faults, sequence } = readEvent(JSON.stringify(event));
      expect(faults).toEqual([]);
      expect([facts?.id, sequence]).toEqual([start.id, 7]);
    }
  });

  it.each([
    [{ schema: 2 }, '"schema" is wrong'],
    [{ id: '01JD8Q4Z3M5R7T9V1X2Y4Z6A8U' }, '"id" is wrong'],
    [{ sequence: 0 }, '"sequence" is wrong'],
    [{ sequence: 1.5 }, '"sequence" is wrong'],
    [{ type: 'begin' }, '"type" is wrong'],
    [{ camera: 'front/door' }, '"camera" is wrong'],
    [{ score: 1.2 }, '"score" is wrong'],
    [{ at: '2026-01-01T00:00:01Z' }, '"at" is wrong'],
    [{ at: '2026-13-01T00:00:01.000Z' }, '"at" is wrong'],
    [{ top: [{ label: 'Porn' }] }, '"top" is wrong'],
    [{ frame: { ...start.frame, width: 0 } }, '"frame" is wrong'],
    [{ latencyMs: { ...start.latencyMs, queue: '12' } }, '"latencyMs" is wrong'],
    [{ batch: { ...start.batch, flushReason: '' } }, '"batch" is wrong'],
    [{ model: { name: 'a' } }, '"model" is wrong'],
    [{ snapshot: 3 }, '"snapshot" is wrong'],
    [{ rule: undefined }, '"rule" is missing'],
    [{ endedAt: start.at }, '"endedAt" before the end'],
    [{ type: 'end' }, 'an end with "endReason": null'],
    [{ latencyMs: { ...start.latencyMs, queue: 13 } }, 'the parts of "latencyMs" do not add up to its total'],
    [{ startedAt: '2026-01-01T00:00:02.000Z' }, '"startedAt" is after "at"'],
  ])('finds what is wrong: %j', (change, fault) => {
    expect(readEvent(JSON.stringify({ ...start, ...change })).faults).toContain(fault);
  });

  it('reads as much as there is', () => {
    expect(readEvent('nothing')).toMatchObject({ facts: null, sequence: null, faults: ['no JSON'] });
    expect(readEvent('[7]')).toMatchObject({ facts: null, sequence: null });
    expect(readEvent(JSON.stringify({ ...start, rule: 3 }))).toMatchObject({ facts: null, sequence: 7, faults: ['"rule" is wrong'] });
  });

  it('gives the same digest for the same content only', () => {
    const backwards = JSON.stringify(Object.fromEntries(Object.entries(start).reverse()), null, 2);
    expect(readEvent(backwards).digest).toBe(readEvent(JSON.stringify(start)).digest);
    expect(readEvent(JSON.stringify({ ...start, score: 0.92 })).digest).not.toBe(readEvent(JSON.stringify(start)).digest);
  });
});
