import { describe, expect, it } from 'vitest';
import { preprocess } from '../../src/engine/preprocess.ts';
import { BufferPool } from '../../src/engine/process/buffer-pool.ts';
import { batchOf } from '../helpers/batch-of-frames.ts';

const SIZE = 4;
const VIEW = { size: SIZE, fit: 'stretch' } as const;
const firsts = (pixels: Uint8Array) => Array.from({ length: pixels.length / (SIZE * SIZE * 3) }, (_, row) => pixels[row * SIZE * SIZE * 3]);

describe('preprocess', () => {
  it('puts the pictures side by side and fills up with zeros, also in a used buffer', async () => {
    const pool = new BufferPool(1);
    pool.give(new Uint8Array(4 * SIZE * SIZE * 3).fill(99));
    const { entries } = batchOf([{ byte: 11 }, { byte: 22 }, { byte: 33 }], 4);
    const prepared = await preprocess(entries, 4, VIEW, 2, pool);
    expect(firsts(prepared.pixels)).toEqual([11, 22, 33, 0]);
    expect(prepared.pixels.subarray(3 * SIZE * SIZE * 3).every((byte) => byte === 0)).toBe(true);
    expect(prepared.entries).toEqual(entries);
  });

  it('leaves out a frame that is broken and closes the gap', async () => {
    const { entries } = batchOf([{ byte: 11 }, { byte: 22, broken: true }, { byte: 33 }, { byte: 44 }], 4);
    const prepared = await preprocess(entries, 4, VIEW, 2, new BufferPool(1));
    expect(firsts(prepared.pixels)).toEqual([11, 33, 44, 0]);
    expect(prepared.entries).toEqual([entries[0], entries[2], entries[3]]);
    expect(prepared.refused.map(({ entry }) => entry)).toEqual([entries[1]]);
  });

  it('gives the same bytes whatever stands beside a picture and however many are made at once', async () => {
    const { entries } = batchOf([{ byte: 5 }, { byte: 6 }, { byte: 7 }, { byte: 8 }], 4);
    const one = await preprocess(entries, 4, VIEW, 1, new BufferPool(1));
    const many = await preprocess(entries, 4, VIEW, 8, new BufferPool(1));
    expect(many.pixels).toEqual(one.pixels);
  });
});
