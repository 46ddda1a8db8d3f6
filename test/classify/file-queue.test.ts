import { describe, expect, it } from 'vitest';
import { workThrough } from '../../src/classify/file-queue.ts';

const NEVER = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('workThrough', () => {
  it('begins in order, a bounded number at a time', async () => {
    const begun: number[] = [];
    let [running, most] = [0, 0];
    await workThrough(
      Array.from({ length: 20 }, (_, index) => index),
      3,
      NEVER,
      async (item) => {
        begun.push(item);
        running += 1;
        most = Math.max(most, running);
        for (let turns = item % 4; turns >= 0; turns -= 1) await turn();
        running -= 1;
      },
    );
    expect(begun).toEqual(begun.toSorted((a, b) => a - b));
    expect(begun).toHaveLength(20);
    expect(most).toBe(3);
  });

  it('begins nothing after an abort, and ends what it has begun', async () => {
    const ending = new AbortController();
    const ended: string[] = [];
    await workThrough(['a', 'b', 'c', 'd'], 2, ending.signal, async (item) => {
      if (item === 'b') ending.abort();
      await turn();
      ended.push(item);
    });
    expect(ended).toEqual(['a', 'b']);
  });

  it('fails with the first failure, when the others have ended', async () => {
    const ended: number[] = [];
    const work = workThrough([1, 2, 3, 4], 2, NEVER, async (item) => {
      if (item === 1) throw new Error('no ffmpeg');
      await turn();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('no ffmpeg');
    expect(ended).toEqual([2]);
  });
});
