import { describe, expect, it } from 'vitest';
import { PictureAssembler } from '../../src/stream/picture-assembler.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import type { SourceFrame } from '../../src/stream/source.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const WIDTH = 4;
const BYTES = WIDTH * 2 * 3;
const SHAPE = { codec: 'rawvideo', width: WIDTH, height: 2 };

function assembler() {
  const clock = new VirtualClock(1000);
  const frames: SourceFrame[] = [];
  let invalid = 0;
  const made = new PictureAssembler(
    clock,
    new PictureMemory(),
    (frame) => frames.push(frame),
    (count) => (invalid += count),
  );
  made.packetHeader({ ...SHAPE, timeBase: 1 / 1000 });
  made.pictureHeader({ ...SHAPE, timeBase: 1 / 90_000 });
  const packet = (timeS: number) =>
    made.packet({ pts: timeS, dts: timeS, durationS: 0, bytes: 9, isKey: true, isCorrupt: false }, clock.monotonicMs());
  const picture = (timeS: number | null) => {
    made.pictureLine({ pts: timeS, dts: timeS, durationS: 0, bytes: BYTES, isKey: true, isCorrupt: false });
    made.raw(Buffer.alloc(BYTES));
  };
  /** Packets at 25 frames/s until what is held back at the start is let go. */
  const settle = async () => {
    for (let index = 0; index < 10; index++) {
      packet(index / 25);
      await clock.advance(40);
    }
  };
  return { clock, frames, made, packet, picture, settle, invalid: () => invalid };
}

describe('PictureAssembler', () => {
  it('gives each picture the arrival of its own packet', async () => {
    const { clock, frames, packet, picture, settle } = assembler();
    await settle();
    const arrivedMono = clock.monotonicMs();
    packet(1);
    packet(1.04);
    await clock.advance(70);
    picture(1);
    expect(frames).toMatchObject([{ receivedMono: arrivedMono, decodedMono: arrivedMono + 70, arrivalKnown: true, width: WIDTH, height: 2 }]);
  });

  it('estimates the arrival of a picture that no packet answers to, by the age of those before', async () => {
    const { clock, frames, packet, picture, settle } = assembler();
    await settle();
    packet(1);
    await clock.advance(30);
    picture(1);
    await clock.advance(1000);
    picture(null);
    expect(frames[1]).toMatchObject({ arrivalKnown: false, receivedMono: clock.monotonicMs() - 30 });
  });

  it('counts what it still held when it ended: whole, begun and announced', async () => {
    const { clock, frames, made, packet, picture, invalid } = assembler();
    packet(0);
    // The start's rush is not over, so both are kept back.
    picture(0);
    picture(0.04);
    made.pictureLine({ pts: 0.08, dts: 0.08, durationS: 0, bytes: BYTES, isKey: true, isCorrupt: false });
    made.raw(Buffer.alloc(5));
    made.pictureLine({ pts: 0.12, dts: 0.12, durationS: 0, bytes: BYTES, isKey: true, isCorrupt: false });
    made.end();
    made.end();
    expect(frames).toEqual([]);
    expect(invalid()).toBe(4);
    await clock.advance(5000);
    expect([frames.length, invalid(), clock.pendingTimers]).toEqual([0, 4, 0]);
  });

  it('throws away and counts a picture of impossible size, and stays aligned', async () => {
    const { clock, frames, made, packet, picture, settle, invalid } = assembler();
    await settle();
    made.pictureLine({ pts: 0.1, dts: 0.1, durationS: 0, bytes: BYTES + 1, isKey: true, isCorrupt: false });
    made.raw(Buffer.alloc(BYTES + 1, 7));
    packet(1);
    await clock.advance(1);
    picture(1);
    expect(invalid()).toBe(1);
    expect(frames.map(({ pixels }) => [...new Set(pixels)])).toEqual([[0]]);
  });
});
