import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/live/chunk.ts';
import { type InitSegment, SegmentReader } from '../../src/live/segment-reader.ts';
import { box, cutAt, fragment, HEVC, init, moov } from './mp4.ts';

function read(pieces: readonly Uint8Array[]) {
  const inits: InitSegment[] = [];
  const fragments: Chunk[] = [];
  const reader = new SegmentReader({ onInit: (one) => inits.push(one), onFragment: (one) => fragments.push(one) });
  const complaints = pieces.map((piece) => reader.push(piece));
  return { inits, fragments, complaint: complaints.at(-1) ?? null };
}

describe('SegmentReader', () => {
  it('finds beginning and pictures wherever the stream is cut', () => {
    const whole = [init(), box('free'), fragment(true), fragment(false), box('moof', box('traf', box('tfhd'))), box('mdat'), fragment(true)];
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2000 }), { maxLength: 30 }), (cuts) => {
        const { inits, fragments, complaint } = read(cutAt(Buffer.concat(whole), cuts));
        expect(complaint).toBeNull();
        expect(inits.map(({ codec, bytes }) => [codec, Buffer.from(bytes)])).toEqual([['avc1.640028', init()]]);
        expect(fragments.map(({ isKey, bytes }) => [isKey, Buffer.from(bytes)])).toEqual([
          [true, whole[2]],
          [false, whole[3]],
          [true, whole[6]],
        ]);
      }),
    );
  });

  it('gives H.265 the name under which every browser plays it', () => {
    const { inits } = read([init({ entry: 'hev1', parameters: HEVC })]);
    const bytes = Buffer.from(inits[0]?.bytes ?? []);
    expect(bytes.includes('hvc1')).toBe(true);
    expect(bytes.includes('hev1')).toBe(false);
  });

  it.each([
    ['twice', [init(), moov()]],
    ['without a file type', [moov()]],
    ['without their description', [init(), box('mdat')]],
    ['without their description', [fragment(true)]],
    ['describes no video', [box('ftyp'), box('moov')]],
    ['no sense', [Buffer.alloc(16)]],
  ])('complains of a stream whose parts come %s', (says, pieces) => {
    const { complaint, fragments } = read([...pieces, fragment(true)]);
    expect(complaint).toContain(says === 'no sense' ? 'no name' : says);
    expect(fragments).toEqual([]);
  });
});
