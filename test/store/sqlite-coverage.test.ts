import { describe, expect, it } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { MOST_WAITING_ENTRIES } from '../../src/store/coverage-backlog.ts';
import { SqliteCoverage } from '../../src/store/sqlite-coverage.ts';
import type { StoreThread } from '../../src/store/store-thread.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { MemoryCoverage } from '../helpers/coverage-world.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const change = (since: number, camera = 'door'): CoverageChange => ({ camera, since, state: 'watching', reason: null });
const EVER = { sinceMs: 0, untilMs: 1_000_000 };

describe('SqliteCoverage', () => {
  it('writes at once, what came meanwhile together', async () => {
    const { coverage, disk, writes } = stage();
    coverage.record([change(1)], 1);
    coverage.record([change(2)], 2);
    coverage.record([], 3);
    await settled();
    expect(writes).toEqual([[change(1)], [change(2)]]);
    expect(disk.aliveMs).toBe(3);
    coverage.record([], 13);
    await settled();
    expect(disk.aliveMs).toBe(13);
    expect((await coverage.ends()).aliveMs).toBe(13);
  });

  it('keeps what a full disk does not take, answers with it, and writes it when there is room, told once', async () => {
    const { coverage, disk, clock, logger, fail } = stage();
    coverage.record([change(1)], 1);
    await settled();
    fail('STORE_UNAVAILABLE');
    coverage.record([change(5)], 5);
    coverage.record([change(7), change(7, 'yard')], 7);
    await clock.advance(12_000);
    coverage.record([change(9)], 9);
    expect(disk.entries.get('door')).toEqual([change(1)]);
    expect(await coverage.query(EVER)).toEqual([change(1), change(5), change(7), change(9), change(7, 'yard')]);
    expect(await coverage.query({ ...EVER, camera: 'yard', untilMs: 8 })).toEqual([change(7, 'yard')]);
    fail(null);
    await clock.advance(5_000);
    expect(disk.entries.get('door')).toEqual([change(1), change(5), change(7), change(9)]);
    expect(disk.aliveMs).toBe(9);
    expect(logger.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('adds what waits to thousands of entries without holding up the frames', async () => {
    const { coverage, disk, fail } = stage();
    let looks = 0;
    const watched = (since: number): CoverageChange => ({
      ...{ camera: 'door', state: 'watching', reason: null },
      get since() {
        looks++;
        return since;
      },
    });
    const written = Array.from({ length: 9_000 }, (_, since) => watched(since));
    disk.entries.set('door', written);
    fail('STORE_UNAVAILABLE');
    coverage.record([change(8_990), change(9_500)], 9_500);
    await settled();
    const found = await coverage.query(EVER);
    expect(looks).toBeLessThan(10 * written.length);
    expect(found).toHaveLength(8_992);
    expect(found.slice(-2)).toEqual([change(8_990), change(9_500)]);
  });

  it('answers with what is written while it is asked', async () => {
    const { coverage, disk, clock, fail } = stage();
    fail('STORE_UNAVAILABLE');
    coverage.record([change(5)], 5);
    await settled();
    fail(null);
    // Both are on disk before the answer is made.
    disk.beforeQuery = async () => {
      coverage.record([change(9)], 9);
      await clock.advance(5_000);
    };
    expect(await coverage.query(EVER)).toEqual([change(5), change(9)]);
  });

  it('keeps a bounded number, and calls the rest unrecorded', async () => {
    const { coverage, fail } = stage();
    fail('STORE_UNAVAILABLE');
    for (let since = 0; since < 1_000; since++) coverage.record([change(since)], since);
    await settled();
    const kept = await coverage.query(EVER);
    expect(kept.length).toBeLessThanOrEqual(MOST_WAITING_ENTRIES + 1);
    expect(kept.at(-1)).toEqual(change(999));
    expect(coverage.unrecorded).toBeGreaterThan(800);
  });

  it('gives up what is wrong in itself, and goes on', async () => {
    const { coverage, disk, clock, logger, fail } = stage();
    fail('INTERNAL');
    coverage.record([change(1)], 1);
    await settled();
    fail(null);
    coverage.record([change(2)], 2);
    await clock.advance(5_000);
    expect(disk.entries.get('door')).toEqual([change(2)]);
    expect(logger.lines.map(({ level }) => level)).toEqual(['error', 'info']);
  });

  it('writes the last when it closes, also right after a failure, and takes nothing more', async () => {
    const { coverage, disk, fail } = stage();
    fail('STORE_UNAVAILABLE');
    coverage.record([change(1)], 1);
    await settled();
    fail(null);
    coverage.record([change(2)], 2);
    await coverage.close(900);
    coverage.record([change(3)], 3);
    await coverage.close(900);
    expect(disk.entries.get('door')).toEqual([change(1), change(2)]);
  });

  it('closes in time when the disk hangs', async () => {
    const { coverage, clock, hang } = stage();
    hang();
    coverage.record([change(1)], 1);
    let closed = false;
    const closing = coverage.close(900).then(() => {
      closed = true;
    });
    await clock.advance(899);
    expect(closed).toBe(false);
    await clock.advance(1);
    await closing;
  });
});

function stage() {
  const disk = new MemoryCoverage();
  const clock = new VirtualClock();
  const logger = recordingLogger();
  const writes: (readonly CoverageChange[])[] = [];
  let failure: 'STORE_UNAVAILABLE' | 'INTERNAL' | null = null;
  let hangs = false;
  const answer = async (name: string, given: unknown): Promise<unknown> => {
    if (name === 'coverageEnds') return disk.ends();
    if (name === 'coverage') return { changes: await disk.query(given as Parameters<MemoryCoverage['query']>[0]) };
    if (hangs) return new Promise(() => undefined);
    if (failure) throw new FramewatchError(failure, 'no room');
    const { changes, aliveMs } = given as { changes: readonly CoverageChange[]; aliveMs: number };
    if (changes.length > 0) writes.push(changes);
    disk.record(changes, aliveMs);
    return null;
  };
  const coverage = new SqliteCoverage({ thread: { call: answer as StoreThread['call'] }, clock, logger });
  return {
    ...{ coverage, disk, clock, logger, writes },
    fail: (code: typeof failure) => {
      failure = code;
    },
    hang: () => {
      hangs = true;
    },
  };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
