import { describe, expect, it } from 'vitest';
import { HeldPictures } from '../../src/monitor/held-pictures.ts';
import { RecentFrames } from '../../src/monitor/recent-frames.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { SMALL_FRAME_BYTES, smallFrame } from './frames.ts';

function stage(mostFrames = 100) {
  const [memory, clock] = [new PictureMemory(), new VirtualClock()];
  const held = new HeldPictures(memory, mostFrames * SMALL_FRAME_BYTES);
  const notKept: string[] = [];
  const recent = new RecentFrames({ held, clock, notKept: (camera) => notKept.push(camera) });
  const frame = (sequence: number, cameraId = 'door') => smallFrame(memory, sequence, { cameraId });
  const earlier = (sequence: number, cameraId = 'door', maxGapMs = 10_000) =>
    recent.before('full', frame(sequence, cameraId), maxGapMs).map((each) => each.sequence);
  return { memory, clock, held, notKept, recent, frame, earlier };
}

describe('RecentFrames', () => {
  it('has the two frames before, of that region, and holds no others', () => {
    const { recent, held, frame, earlier } = stage();
    for (const sequence of [1, 2, 3, 4]) recent.offer('full', frame(sequence));
    recent.offer('gate', frame(9));
    expect(earlier(5)).toEqual([3, 4]);
    expect(held.bytes).toBe(3 * SMALL_FRAME_BYTES);
    recent.forget('door');
    expect([earlier(5), held.bytes]).toEqual([[], 0]);
  });

  it('counts a frame once that several regions judge', () => {
    const { recent, held, frame } = stage();
    const shared = frame(1);
    for (const region of ['full', 'gate', 'yard']) recent.offer(region, shared);
    expect(held.bytes).toBe(SMALL_FRAME_BYTES);
  });

  it('takes frames for neighbours only within the gap', () => {
    const { recent, frame, earlier } = stage();
    for (const sequence of [1, 20, 21]) recent.offer('full', frame(sequence));
    expect(earlier(22)).toEqual([20, 21]);
    recent.offer('full', frame(40));
    expect([earlier(41), earlier(90)]).toEqual([[40], []]);
  });

  it('ignores a frame that is older than the newest', () => {
    const { recent, frame, earlier } = stage();
    for (const sequence of [5, 4, 5, 6]) recent.offer('full', frame(sequence));
    expect(earlier(7)).toEqual([5, 6]);
  });

  it('gives room to others when a camera was not served for long, longest ago first; else newcomers have none, and are counted', async () => {
    const { recent, clock, notKept, held, frame, earlier } = stage(4);
    for (const sequence of [1, 2]) for (const camera of ['door', 'yard']) recent.offer('full', frame(sequence, camera));
    recent.offer('full', frame(1, 'gate'));
    expect([earlier(3, 'door'), earlier(3, 'yard'), earlier(2, 'gate'), notKept]).toEqual([[1, 2], [1, 2], [], ['gate']]);
    await clock.advance(9_000);
    recent.offer('full', frame(3, 'yard'));
    await clock.advance(1_000);
    recent.offer('full', frame(2, 'gate'));
    expect([earlier(3, 'door'), earlier(4, 'yard'), earlier(3, 'gate'), notKept.length]).toEqual([[], [2, 3], [2], 1]);
    expect(held.bytes).toBe(3 * SMALL_FRAME_BYTES);
  });
});
