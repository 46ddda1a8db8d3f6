import { describe, expect, it } from 'vitest';
import { boxesIn, findBox } from '../../src/live/box-tree.ts';
import { withFrameRateHint } from '../../src/live/frame-rate-hint.ts';
import { box, init, words } from './mp4.ts';

const TABLE = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stts'] as const;

function beginning(stts: Uint8Array, mdhd: Uint8Array = words(0, 0, 0, 12_800, 0)): Buffer {
  const stbl = box('stbl', box('stsd', words(0, 0)), box('stts', stts), box('stsc', words(0, 0)));
  const mdia = box('mdia', box('mdhd', mdhd), box('minf', box('vmhd', words(1)), stbl));
  return Buffer.concat([box('ftyp', Buffer.from('iso5')), box('moov', box('mvhd', words(0)), box('trak', mdia), box('mvex', words(7)))]);
}

describe('withFrameRateHint', () => {
  it.each([
    ['short dates', words(0, 0, 0, 12_800, 0)],
    ['long dates', words(0x0100_0000, 0, 0, 0, 0, 12_800, 0, 0)],
  ])('says that a picture lasts a 25th of a second, and leaves the rest whole (%s)', (_what, mdhd) => {
    const before = beginning(words(0, 0), mdhd);
    const after = withFrameRateHint(before);
    expect(after.length).toBe(before.length + 8);
    expect(findBox(after, ...TABLE)).toEqual(new Uint8Array(words(0, 1, 1, 512)));
    expect([...boxesIn(after)].map(({ type }) => type)).toEqual(['ftyp', 'moov']);
    expect(findBox(after, 'moov', 'mvex')).toEqual(new Uint8Array(words(7)));
    expect(findBox(after, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsc')).toEqual(new Uint8Array(words(0, 0)));
    expect(before).toEqual(beginning(words(0, 0), mdhd));
  });

  it('reads a beginning that does not start where its memory does', () => {
    const shifted = Buffer.concat([Buffer.from('before'), beginning(words(0, 0))]).subarray(6);
    expect(withFrameRateHint(shifted)).toEqual(withFrameRateHint(beginning(words(0, 0))));
  });

  it.each([
    ['a table that is filled', beginning(words(0, 1, 3, 640))],
    ['no table', init()],
    ['no timescale', beginning(words(0, 0), words(0))],
    ['a timescale of zero', beginning(words(0, 0), words(0, 0, 0, 0, 0))],
    ['nothing', Buffer.alloc(0)],
  ])('gives back as it is what has %s', (_what, bytes) => {
    expect(withFrameRateHint(bytes)).toBe(bytes);
  });
});
