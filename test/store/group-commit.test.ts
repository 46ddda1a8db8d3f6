import { describe, expect, it } from 'vitest';
import { GroupCommit, MAX_COMMIT_ITEMS, MAX_WAITING_ITEMS } from '../../src/store/group-commit.ts';

describe('GroupCommit', () => {
  it('refuses what exceeds its bound while the disk hangs, and serves again afterwards', async () => {
    const { commits, release, gate } = disk();
    const group = new GroupCommit<number, number>(gate);
    const first = group.add([0]);
    const waiting = Array.from({ length: MAX_WAITING_ITEMS }, (_, item) => group.add([item]));
    await expect(group.add([1])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    release();
    await Promise.all([first, ...waiting]);
    expect(Math.max(...commits)).toBe(MAX_COMMIT_ITEMS);
    expect(await group.add([7, 8])).toEqual([7, 8]);
    await group.settled();
  });

  it('fails only those who shared the commit that failed', async () => {
    let failing = true;
    const group = new GroupCommit<number, number>(async (items) => {
      await Promise.resolve();
      if (failing) throw new Error('disk');
      return items;
    });
    await expect(group.add([1])).rejects.toThrow('disk');
    failing = false;
    expect(await group.add([2])).toEqual([2]);
  });

  it('commits nothing for nothing', async () => {
    const { commits, gate } = disk();
    expect(await new GroupCommit<number, number>(gate).add([])).toEqual([]);
    expect(commits).toEqual([]);
  });
});

/** A disk whose first commit hangs until it is released. */
function disk() {
  const commits: number[] = [];
  let release = () => {};
  const hanging = new Promise<void>((resolve) => {
    release = resolve;
  });
  const gate = async (items: readonly number[]) => {
    commits.push(items.length);
    await hanging;
    return items;
  };
  return { commits, release: () => release(), gate };
}
