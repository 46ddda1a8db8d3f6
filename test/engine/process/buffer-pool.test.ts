import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../../src/engine/process/buffer-pool.ts';

describe('BufferPool', () => {
  it('gives a returned buffer out again, for its exact size only', () => {
    const pool = new BufferPool(2);
    const buffer = pool.take(100);
    pool.give(buffer);
    expect(pool.take(99)).not.toBe(buffer);
    expect(pool.take(100)).toBe(buffer);
    expect(pool.take(100)).not.toBe(buffer);
  });

  it('keeps no more than it was told to', () => {
    const pool = new BufferPool(2);
    const buffers = [pool.take(10), pool.take(10), pool.take(10)];
    for (const buffer of buffers) pool.give(buffer);
    expect(pool.idleBytes).toBe(20);
  });

  it('never hands one buffer to two owners, even when it is returned twice', () => {
    const pool = new BufferPool(2);
    const buffer = pool.take(10);
    pool.give(buffer);
    pool.give(buffer);
    expect(pool.take(10)).not.toBe(pool.take(10));
  });
});
