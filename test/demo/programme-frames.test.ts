import { describe, expect, it } from 'vitest';
import { FRAME_HEIGHT, FRAME_WIDTH, FRAMES_PER_SECOND, programmeDrawings, programmeFrames } from '../../src/demo/programme-frames.ts';
import { SHORT_PROGRAMME } from './short-programme.ts';

describe('programmeFrames', () => {
  it('gives every frame of the programme, moving, with a caption that changes every second', async () => {
    const frames: Buffer[] = [];
    for await (const frame of programmeFrames(SHORT_PROGRAMME)) frames.push(frame);
    expect(frames).toHaveLength(3 * FRAMES_PER_SECOND);
    expect(new Set(frames.map(({ length }) => length))).toEqual(new Set([FRAME_WIDTH * FRAME_HEIGHT * 3]));
    expect(changes(frames.map((frame) => caption(frame)))).toEqual([12, 24]);
    const picture = frames.map((frame) => frame.subarray(caption(frame).length).toString('latin1'));
    expect(new Set(picture).size).toBeGreaterThan(12);
  });

  it('draws the picture in its colours', async () => {
    let last = Buffer.alloc(0);
    for await (const frame of programmeFrames(SHORT_PROGRAMME)) last = Buffer.from(frame);
    const middle = (200 * FRAME_WIDTH + 320) * 3;
    expect([...last.subarray(middle, middle + 3)]).toEqual([0xdd, 0x55, 0x55]);
  });
});

describe('programmeDrawings', () => {
  it('lists two drawings and one caption a second, the same ones at every call', () => {
    const drawings = [...programmeDrawings(SHORT_PROGRAMME)];
    expect(drawings).toHaveLength(9);
    expect([...programmeDrawings(SHORT_PROGRAMME)]).toEqual(drawings);
  });
});

function caption(frame: Buffer): Buffer {
  return frame.subarray(0, FRAME_WIDTH * 20 * 3);
}

function changes(parts: readonly Buffer[]): number[] {
  return parts.flatMap((part, index) => (index > 0 && !part.equals(parts[index - 1] ?? part) ? [index] : []));
}
