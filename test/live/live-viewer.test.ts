import { describe, expect, it } from 'vitest';
import { LiveViewer, MOST_UNREAD_BYTES, SKIP_FROM_BYTES } from '../../src/live/live-viewer.ts';
import { NotedObserver, PuppetSocket } from './puppet-socket.ts';

const INIT = { type: 'init', mode: 'mse', codec: 'avc1.640028', width: 1920, height: 1080, epoch: 1 } as const;
const key = (size = 10) => ({ isKey: true, bytes: new Uint8Array(size).fill(1) });
const delta = (size = 10) => ({ isKey: false, bytes: new Uint8Array(size) });

function start() {
  const [socket, observer] = [new PuppetSocket(), new NotedObserver()];
  const viewer = new LiveViewer({ codecs: new Set(['avc1']), mode: 'auto' }, socket, observer);
  return { socket, observer, viewer };
}

describe('LiveViewer', () => {
  it('begins with the message, the init segment and the group', () => {
    const { socket, viewer } = start();
    const group = [key(), delta()];
    viewer.begin(INIT, Uint8Array.of(7), group);
    expect(socket.sent).toEqual([JSON.stringify(INIT), Uint8Array.of(7), ...group.map(({ bytes }) => bytes)]);
  });

  it('waits for a key frame, and counts nothing as left out before it', () => {
    const { socket, observer, viewer } = start();
    viewer.begin(INIT, null, []);
    for (const chunk of [delta(), key(), delta()]) viewer.show(chunk);
    expect(socket.frames.length).toBe(2);
    expect(observer.drops).toEqual([]);
  });

  it('goes on with the next key frame once it has read', () => {
    const { socket, observer, viewer } = start();
    viewer.begin(INIT, null, [key()]);
    socket.bufferedAmount = SKIP_FROM_BYTES + 1;
    viewer.show(delta());
    socket.bufferedAmount = 0;
    // The picture before it is missing.
    viewer.show(delta());
    viewer.show(key());
    viewer.show(delta());
    expect(socket.frames.length).toBe(3);
    expect([observer.drops, viewer.skipped]).toEqual([['skipped', 'skipped'], 2]);
  });

  it('gets key frames alone while it is behind, and is dropped when it reads none of them', () => {
    const { socket, observer, viewer } = start();
    socket.reads = false;
    viewer.begin(INIT, null, [key(SKIP_FROM_BYTES)]);
    viewer.show(key(1024 * 1024));
    viewer.show(delta());
    expect(socket.frames.length).toBe(2);
    for (let i = 0; i < 20; i += 1) {
      viewer.show(key(1024 * 1024));
      viewer.show(delta());
    }
    expect(socket.closed).toBe('terminated');
    expect(socket.bufferedAmount).toBeLessThanOrEqual(MOST_UNREAD_BYTES);
    expect(observer.drops.filter((reason) => reason === 'slow')).toEqual(['slow']);
  });

  it('says nothing more once it was closed', () => {
    const { socket, viewer } = start();
    viewer.close({ code: 1013, reason: 'full' });
    viewer.close({ code: 1001, reason: 'again' });
    viewer.show(key());
    viewer.tell(INIT);
    expect(socket.sent).toEqual([]);
    expect(socket.closed).toEqual({ code: 1013, reason: 'full' });
  });
});
