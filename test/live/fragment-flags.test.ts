import { describe, expect, it } from 'vitest';
import { startsWithKeyFrame } from '../../src/live/fragment-flags.ts';
import { box, fragment, words } from './mp4.ts';

const DELTA = 0x1010000;
const KEY = 0x2000000;

function moof(tfhd: readonly number[], trun: readonly number[]): Buffer {
  return box('traf', box('tfhd', words(...tfhd)), box('trun', words(...trun)));
}

describe('startsWithKeyFrame', () => {
  it('reads what ffmpeg writes', () => {
    const bodyOf = (bytes: Buffer) => bytes.subarray(8, bytes.readUInt32BE(0));
    expect(startsWithKeyFrame(bodyOf(fragment(true)), DELTA)).toBe(true);
    expect(startsWithKeyFrame(bodyOf(fragment(false)), KEY)).toBe(false);
  });

  it('believes the sample, then the fragment, then the stream', () => {
    expect(startsWithKeyFrame(moof([0x20, 1, DELTA], [0x5, 1, 0, KEY]), DELTA)).toBe(true);
    expect(startsWithKeyFrame(moof([0x20, 1, DELTA], [0x701, 1, 0, 40, 900, KEY]), DELTA)).toBe(true);
    expect(startsWithKeyFrame(moof([0x20, 1, KEY], [0x1, 1, 0]), DELTA)).toBe(true);
    expect(startsWithKeyFrame(moof([0x3b, 1, 0, 0, 1, 40, 900, DELTA], [0x1, 1, 0]), KEY)).toBe(false);
    expect(startsWithKeyFrame(moof([0, 1], [0x1, 1, 0]), DELTA)).toBe(false);
  });

  it('says null where there is no picture', () => {
    expect(startsWithKeyFrame(moof([0, 1], [0x1, 0, 0]), KEY)).toBeNull();
    expect(startsWithKeyFrame(box('mfhd', words(0)), KEY)).toBeNull();
  });
});
