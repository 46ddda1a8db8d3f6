import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeJpeg, encodeStrip } from '../../src/engine/picture.ts';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { NewestPictures } from '../../src/http/newest-pictures.ts';
import { EventPictures } from '../../src/monitor/event-pictures.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { smallFrame } from './frames.ts';

const [A, B] = [sequencedEvent(1, { id: '01JD8Q4Z3M5R7T9V1X2Y4Z6A8A' }), sequencedEvent(2, { id: '01JD8Q4Z3M5R7T9V1X2Y4Z6A8B', rule: 'other' })];

function stage(saves: () => Promise<void> = () => Promise.resolve()) {
  const [memory, clock, logger] = [new PictureMemory(), new VirtualClock(), recordingLogger()];
  const [snapshots, strips] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];
  const told: string[] = [];
  const outcomes: string[] = [];
  const save = (files: Map<string, Uint8Array>) => async (id: string, jpeg: Uint8Array) => {
    await saves();
    files.set(id, jpeg);
  };
  const newest = new NewestPictures(memory, encodeJpeg);
  const pictures = new EventPictures({
    ...{ pictures: newest, memory, clock, logger, encodeStrip },
    store: { saveSnapshot: save(snapshots), saveStrip: save(strips) },
    publisher: { publishSnapshot: (camera) => told.push(`${camera} snapshot`), publishStrip: (camera) => told.push(`${camera} strip`) },
    metrics: { stripEnded: (_camera, outcome) => outcomes.push(outcome), stripFrameNotKept: (camera) => outcomes.push(`not kept ${camera}`) },
  });
  /** As the verdict path does it. */
  const judge = (sequence: number, starts: readonly LabelEvent[] = [], stored: Promise<readonly LabelEvent[]> = Promise.resolve(starts)): Frame => {
    const frame = smallFrame(memory, sequence);
    memory.hold(frame.pixels);
    newest.offer(frame);
    if (starts.length > 0) pictures.begin(starts, 'full', frame, 10_000, stored);
    pictures.judged('full', frame);
    memory.release(frame.pixels);
    return frame;
  };
  return { pictures, memory, logger, snapshots, strips, told, outcomes, judge };
}

/** The grey in the middle of each picture of a strip of pictures of 8 pixels. */
async function greys(jpeg: Uint8Array | undefined): Promise<readonly number[]> {
  const { data, info } = await sharp(jpeg ?? Buffer.alloc(0))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Array.from({ length: info.width / 8 }, (_, index) => data[(info.width * 2 + index * 8 + 4) * info.channels] ?? 0);
}

const near = (values: readonly number[]): readonly unknown[] => values.map((value): unknown => expect.closeTo(value, -1));

describe('EventPictures', () => {
  it('keeps of each event that begins the deciding frame and the five around it', async () => {
    const { pictures, snapshots, strips, told, outcomes, judge } = stage();
    for (const sequence of [160, 190]) judge(sequence);
    judge(200, [A, B]);
    for (const sequence of [210, 220, 230]) judge(sequence);
    await pictures.settled();
    for (const { id } of [A, B]) {
      expect(await greys(snapshots.get(id))).toEqual(near([200]));
      // 160 was 30 s before 190: no neighbour.
      expect(await greys(strips.get(id))).toEqual(near([190, 200, 210, 220]));
    }
    expect(told.toSorted()).toEqual(['door snapshot', 'door strip']);
    expect(outcomes).toEqual(['short', 'short']);
  });

  it('has the two before when they are near, and what there is when the camera ends', async () => {
    const { pictures, strips, outcomes, judge } = stage();
    for (const sequence of [100, 105, 110]) judge(sequence);
    judge(115, [A]);
    judge(120);
    pictures.end('door');
    judge(125, [B]);
    pictures.end('door');
    await pictures.settled();
    expect(await greys(strips.get(A.id))).toEqual(near([105, 110, 115, 120]));
    expect(await greys(strips.get(B.id))).toEqual(near([125]));
    expect(outcomes).toEqual(['short', 'short']);
  });

  it('tells and keeps nothing of an event that was not stored', async () => {
    const { pictures, snapshots, strips, told, judge } = stage();
    judge(1, [A], Promise.resolve([]));
    pictures.end('door');
    await pictures.settled();
    expect([snapshots.size, strips.size, told]).toEqual([0, 0, []]);
  });

  it('goes on when pictures cannot be written, and says so', async () => {
    const { pictures, logger, outcomes, judge } = stage(() => Promise.reject(new Error('the disk is full')));
    judge(1, [A]);
    pictures.end('door');
    await pictures.settled();
    expect(logger.lines.map(({ message }) => message).sort()).toEqual([
      'the picture of an event could not be kept',
      'the strip of an event could not be kept',
    ]);
    expect(outcomes).toEqual(['failed']);
  });

  it('gives the memory of frames back that no event needs: two stay, and the newest', () => {
    const { memory, judge } = stage();
    const seen = new Set(Array.from({ length: 50 }, (_, sequence) => judge(sequence).pixels));
    // Two before, and the one that is being judged.
    expect(seen.size).toBe(3);
    expect(memory.readyBytes).toBe(96);
  });
});
