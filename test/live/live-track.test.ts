import { describe, expect, it } from 'vitest';
import { LiveTrack } from '../../src/live/live-track.ts';
import { LiveViewer } from '../../src/live/live-viewer.ts';
import { NotedObserver, PuppetSocket } from './puppet-socket.ts';

const init = (epoch: number) => ({ type: 'init', mode: 'mse', codec: 'avc1.640028', width: 1920, height: 1080, epoch }) as const;
const key = (size = 10) => ({ isKey: true, bytes: new Uint8Array(size).fill(1) });
const delta = (size = 10) => ({ isKey: false, bytes: new Uint8Array(size) });

function start() {
  const observer = new NotedObserver();
  const track = new LiveTrack(observer);
  const join = () => {
    const socket = new PuppetSocket();
    track.join(new LiveViewer({ codecs: new Set(), mode: 'auto' }, socket, observer));
    return socket;
  };
  return { observer, track, join };
}

describe('LiveTrack', () => {
  it('gives who comes later the beginning and the newest group', () => {
    const { track, join } = start();
    const first = join();
    track.begin(init(1), Uint8Array.of(7));
    for (const chunk of [key(), delta(), key(), delta()]) track.add(chunk);
    const second = join();
    expect(first.frames.length).toBe(5);
    expect(second.messages).toEqual([init(1)]);
    expect(second.frames.map((bytes) => bytes[0])).toEqual([7, 1, 0]);
  });

  it('tells all of another stream, and mixes none of the old one in', () => {
    const { track, join } = start();
    track.begin(init(1), Uint8Array.of(7));
    track.add(key());
    const viewer = join();
    track.begin(init(2), Uint8Array.of(8));
    track.add(delta());
    expect(viewer.messages.map((message) => 'epoch' in message && message.epoch)).toEqual([1, 2]);
    expect(viewer.frames.map((bytes) => bytes[0])).toEqual([7, 1, 8]);
  });

  it('lets who comes after the end wait', () => {
    const { track, join } = start();
    track.begin(init(1), null);
    track.add(key());
    track.end();
    expect(join().sent).toEqual([]);
    expect(track.group).toEqual([]);
  });

  it('counts a group that is too large to be kept', () => {
    const { observer, track } = start();
    track.begin(init(1), null);
    track.add(key());
    track.add(delta(9 * 1024 * 1024));
    expect(observer.drops).toEqual(['group']);
  });
});
