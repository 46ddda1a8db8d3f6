import { describe, expect, it } from 'vitest';
import { GroupCommit, MAX_COMMIT_ITEMS } from '../../src/store/group-commit.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('GroupCommit', () => {
  it('commits what came meanwhile together, in order, in bounded steps', async () => {
    const { group, commits, release } = setUp({ hangs: true });
    const answers = Promise.all(Array.from({ length: 2_500 }, (_, item) => group.add([item])));
    expect(group.waiting).toBe(2_500);
    release();
    expect((await answers).flat()).toEqual(Array.from({ length: 2_500 }, (_, item) => item));
    expect(commits.map(({ length }) => length)).toEqual([1, MAX_COMMIT_ITEMS, MAX_COMMIT_ITEMS, 499]);
    expect(group.waiting).toBe(0);
  });

  it('waits until a failure has healed: the very same items again, the others behind them', async () => {
    const { group, clock, commits, faults } = setUp();
    faults.push('busy', 'busy', 'busy');
    const first = group.add([1, 2]);
    await clock.advance(0);
    const second = group.add([3]);
    await clock.advance(249);
    expect(commits).toHaveLength(1);
    await clock.advance(10_000);
    expect(await first).toEqual([1, 2]);
    expect(await second).toEqual([3]);
    expect(commits).toEqual([[1, 2], [1, 2], [1, 2], [1, 2], [3]]);
    expect(new Set(commits.slice(0, 4)).size).toBe(1);
  });

  it('tries at least every five seconds, however long it lasts', async () => {
    const { group, clock, commits, faults } = setUp();
    faults.push(...Array.from({ length: 1_000 }, () => 'full'));
    const added = group.add([1]);
    await clock.advance(3_600_000);
    expect(commits.length).toBeGreaterThan(719);
    faults.length = 0;
    await clock.advance(5_000);
    expect(await added).toEqual([1]);
  });

  it('refuses what cannot be stored, but not its company', async () => {
    const { group, commits, release } = setUp({ hangs: true });
    const answers = Promise.allSettled([group.add([0]), group.add([1]), group.add([-1]), group.add([2])]);
    release();
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(commits).toEqual([[0], [1, -1, 2], [1], [-1], [2]]);
    expect(group.waiting).toBe(0);
  });

  it('tries once more when it is closed, then refuses what is left, and what comes later', async () => {
    const { group, clock, commits, faults } = setUp();
    faults.push('full', 'full');
    const waiting = Promise.allSettled([group.add([1]), group.add([2])]);
    await clock.advance(0);
    await group.close(1_000);
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(commits).toHaveLength(2);
    await expect(group.add([3])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect([group.waiting, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('closes within its limit although the disk hangs', async () => {
    const { group, clock, release } = setUp({ hangs: true });
    const added = group.add([1]);
    const refusal = expect(added).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const closed = group.close(1_000);
    await clock.advance(1_000);
    await closed;
    await refusal;
    release();
    await clock.advance(0);
    expect(group.waiting).toBe(0);
  });

  it('commits nothing for nothing', async () => {
    const { group, commits } = setUp();
    expect(await group.add([])).toEqual([]);
    expect(commits).toEqual([]);
  });
});

/** A disk that takes no negative numbers, fails once for each of `faults`, and with `hangs` answers nothing before it is released. */
function setUp({ hangs = false }: { readonly hangs?: boolean } = {}) {
  const clock = new VirtualClock();
  const commits: (readonly number[])[] = [];
  const faults: string[] = [];
  let release = () => {};
  const free = hangs
    ? new Promise<void>((resolve) => {
        release = resolve;
      })
    : Promise.resolve();
  const group = new GroupCommit<number, number>({
    clock,
    commit: async (items) => {
      commits.push(items);
      await free;
      const fault = items.some((item) => item < 0) ? 'wrong' : faults.shift();
      if (fault !== undefined) throw new Error(fault);
      return items;
    },
    heals: (error) => error instanceof Error && error.message !== 'wrong',
  });
  return { group, clock, commits, faults, release: () => release() };
}
