import { describe, expect, it } from 'vitest';
import { LiveTrack } from '../../src/live/live-track.ts';
import { Transcoding } from '../../src/live/transcoding.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { NotedObserver } from './puppet-socket.ts';
import { PuppetTranscoder } from './puppet-stream.ts';

const key = { isKey: true, bytes: Uint8Array.of(1) };
const delta = { isKey: false, bytes: Uint8Array.of(2) };
const init = { codec: 'avc1.640028', family: 'avc1', width: 1920, height: 1080, bytes: Uint8Array.of(0) };

function start() {
  const [clock, observer, coders, faults] = [new VirtualClock(), new NotedObserver(), [] as PuppetTranscoder[], [] as FramewatchError[]];
  const open = () => {
    const coder = new PuppetTranscoder();
    coders.push(coder);
    return coder;
  };
  const track = new LiveTrack(observer);
  const transcoding = new Transcoding({ cameraId: 'cam', init, epoch: 3, track, open, clock, observer, failed: (error) => faults.push(error) });
  return { clock, observer, coders, faults, track, transcoding };
}

const fed = (coder: PuppetTranscoder | undefined) => Buffer.concat(coder?.written ?? []).toJSON().data;

describe('Transcoding', () => {
  it('feeds nothing before a key frame, and goes on with the next when the coder was too slow', () => {
    const { coders, observer, transcoding } = start();
    transcoding.feed(key);
    transcoding.start([]);
    transcoding.start([]);
    for (const chunk of [delta, key, delta]) transcoding.feed(chunk);
    expect(fed(coders[0])).toEqual([0, 1, 2]);
    const [coder] = coders;
    if (coder) coder.takes = false;
    transcoding.feed(delta);
    if (coder) coder.takes = true;
    for (const chunk of [delta, key]) transcoding.feed(chunk);
    expect(fed(coder)).toEqual([0, 1, 2, 1]);
    expect(observer.drops).toEqual(['transcoder']);
    expect(coders.length).toBe(1);
  });

  it('lingers, and is kept when somebody needs it again', async () => {
    const { clock, coders, transcoding } = start();
    transcoding.start([key]);
    transcoding.stopIn(1000);
    await clock.advance(999);
    transcoding.start([]);
    await clock.advance(5000);
    expect(coders[0]?.isRunning).toBe(true);
    transcoding.stopIn(1000);
    await clock.advance(1000);
    expect(coders[0]?.isRunning).toBe(false);
    transcoding.start([key, delta]);
    expect(fed(coders[1])).toEqual([0, 1, 2]);
    await transcoding.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up a coder whose output makes no sense', async () => {
    const { clock, coders, faults, observer, transcoding } = start();
    transcoding.start([key]);
    coders[0]?.emit(new Uint8Array(188));
    await clock.advance(0);
    expect(faults.map(({ code }) => code)).toEqual(['LIVE_TRANSCODER_FAILED']);
    expect(observer.children['mpeg1']).toBe(0);
    transcoding.start([key]);
    coders[1]?.fail(new FramewatchError('LIVE_TRANSCODER_FAILED', 'left'));
    await clock.advance(0);
    expect(faults.map(({ message }) => message).at(-1)).toBe('left');
  });
});
