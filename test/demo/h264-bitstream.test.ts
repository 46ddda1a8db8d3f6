import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAL, nalType, readH264, splitNalUnits } from '../../src/demo/h264-bitstream.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-h264-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('readH264', () => {
  // The judge is ffmpeg: the order of its own presentation times, packet by packet.
  it.each([
    ['no B-frames (order counts of type 2)', ['-bf', '0', '-g', '12']],
    ['B-frames that are references too', ['-bf', '3', '-g', '12']],
    ['one long group of pictures, in which the order counts wrap', ['-bf', '2', '-g', '300']],
    ['several slices a picture and delimiters', ['-bf', '2', '-g', '24', '-slices', '3', '-x264-params', 'aud=1']],
    ['the baseline profile', ['-profile:v', 'baseline', '-g', '24']],
  ])('finds every picture, key frame and place in the display order: %s', (_, options) => {
    const { annexB, packets } = encoded(options);
    const { units, sps, pps } = readH264(annexB);
    const inOrder = packets.map(({ pts }) => pts).sort((a, b) => a - b);
    expect(units.map(({ displayIndex, key }) => ({ displayIndex, key }))).toEqual(
      packets.map(({ pts, key }) => ({ displayIndex: inOrder.indexOf(pts), key })),
    );
    expect([nalType(sps), nalType(pps)]).toEqual([NAL.sps, NAL.pps]);
    expect(units.flatMap(({ nals }) => nals)).toEqual(splitNalUnits(annexB));
  });

  it('says what is wrong with a stream it cannot use', () => {
    const { annexB } = encoded(['-bf', '0', '-g', '12']);
    const interlaced = encoded(['-x264-params', 'interlaced=1']).annexB;
    const fromTheMiddle = Buffer.concat([0, 1, 5].map((index) => withStartCode(splitNalUnits(annexB)[index])));
    expect(() => readH264(Buffer.from('no video at all'))).toThrow('no parameter sets');
    expect(() => readH264(interlaced)).toThrow('interlaced');
    expect(() => readH264(fromTheMiddle)).toThrow('key frame');
  });
});

describe('splitNalUnits', () => {
  it('gives back the units that were joined, with start codes of three or four bytes and padding', () => {
    // What an encoder writes: no start code inside (emulation prevention), no zero at the end.
    const unit = fc.uint8Array({ minLength: 1, maxLength: 30 }).map((bytes) => Buffer.from([...bytes.map((byte) => byte || 1), 0, 7]));
    fc.assert(
      fc.property(fc.array(fc.tuple(unit, fc.nat(3)), { maxLength: 6 }), (units) => {
        const joined = Buffer.concat(units.flatMap(([nal, zeros]) => [Buffer.alloc(zeros), Buffer.from([0, 0, 1]), nal]));
        expect(splitNalUnits(joined)).toEqual(units.map(([nal]) => nal));
      }),
    );
  });
});

function encoded(options: readonly string[]): { annexB: Buffer; packets: { pts: number; key: boolean }[] } {
  const plain = path.join(folder, 'a.h264');
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=64x48:rate=12:duration=4', '-map', '0:v'];
  // Coded once, written twice: as the stream itself, and as the list of its packets.
  const both = ['-flags', '+global_header', '-f', 'tee', `[f=h264:bsfs=dump_extra]${plain}|[f=framecrc]pipe:1`];
  const coding = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-sc_threshold', '0'];
  const lines = ffmpeg(...source, ...coding, ...options, ...both).split('\n');
  const fields = lines.filter((line) => /^0,/.test(line)).map((line) => line.split(',').map((field) => field.trim()));
  const packets = fields.map((field) => ({ pts: Number(field[2]), key: !field.some((one) => one.startsWith('F=')) }));
  return { annexB: readFileSync(plain), packets };
}

function ffmpeg(...options: string[]): string {
  const run = spawnSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-copyts', ...options], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

function withStartCode(nal: Buffer | undefined): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 1]), nal ?? Buffer.alloc(0)]);
}
