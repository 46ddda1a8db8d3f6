import { describe, expect, it } from 'vitest';
import { boxesIn, findBox, viewOf } from '../../src/live/box-tree.ts';
import { box, words } from './mp4.ts';

describe('boxes inside a box', () => {
  it('are found by their path', () => {
    const body = Buffer.concat([box('free'), box('trak', box('mdia', words(7)))]);
    expect(findBox(body, 'trak', 'mdia')).toEqual(words(7));
    expect(findBox(body, 'trak', 'none', 'mdia')).toBeUndefined();
  });

  it('end where one says that it is longer than what is there', () => {
    const bad = box('trak', words(1));
    bad.writeUInt32BE(1000);
    expect([...boxesIn(Buffer.concat([box('free'), bad]))].map(({ type }) => type)).toEqual(['free']);
    bad.writeUInt32BE(0);
    expect([...boxesIn(bad)]).toEqual([]);
  });

  it('are read at their own place of a larger buffer', () => {
    expect(viewOf(words(1, 2).subarray(4)).getUint32(0)).toBe(2);
  });
});
