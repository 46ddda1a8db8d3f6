import { describe, expect, it } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { CoverageBacklog, MOST_WAITING_ENTRIES } from '../../src/store/coverage-backlog.ts';

const change = (camera: string, since: number): CoverageChange => ({ camera, since, state: 'watching', reason: null });

describe('CoverageBacklog', () => {
  it('gives the same entries until they are written, then what came meanwhile', () => {
    const backlog = new CoverageBacklog();
    backlog.add([change('door', 1), change('yard', 1), change('door', 2)]);
    const first = backlog.take();
    expect(first).toEqual([change('door', 1), change('door', 2), change('yard', 1)]);
    backlog.add([change('door', 3)]);
    expect(backlog.take()).toBe(first);
    expect(backlog.entries).toEqual([...first, change('door', 3)]);
    backlog.written();
    expect(backlog.take()).toEqual([change('door', 3)]);
    backlog.written();
    expect([backlog.take(), backlog.entries, backlog.unrecorded]).toEqual([[], [], 0]);
  });

  it('takes a thousand at a time, whole cameras', () => {
    const backlog = new CoverageBacklog();
    for (let camera = 0; camera < 30; camera++) for (let since = 0; since < 90; since++) backlog.add([change(`camera${camera}`, since)]);
    expect(backlog.take()).toHaveLength(990);
    backlog.written();
    expect(backlog.entries).toHaveLength(19 * 90);
  });

  it('says of what was too much that nobody will know, and keeps the newest', () => {
    const backlog = new CoverageBacklog();
    backlog.add([change('yard', 5)]);
    for (let since = 1; since <= MOST_WAITING_ENTRIES + 1; since++) backlog.add([change('door', since)]);
    const unrecorded = { camera: 'door', since: 1, state: 'blind', reason: 'unrecorded' };
    expect(backlog.entries).toEqual([change('yard', 5), unrecorded, change('door', MOST_WAITING_ENTRIES + 1)]);
    expect(backlog.unrecorded).toBe(MOST_WAITING_ENTRIES);
    for (let since = 1_000; since < 100_000; since++) backlog.add([change('door', since)]);
    expect(backlog.entries.length).toBeLessThanOrEqual(MOST_WAITING_ENTRIES + 1);
    expect(backlog.entries[1]).toEqual(unrecorded);
    expect(backlog.entries.at(-1)).toEqual(change('door', 99_999));
  });
});
