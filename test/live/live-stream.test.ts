import { describe, expect, it } from 'vitest';
import { runLiveStream } from '../../src/live/live-stream.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { fragment, init } from './mp4.ts';
import { PuppetPassthrough } from './puppet-stream.ts';

function start() {
  const [source, clock, stop] = [new PuppetPassthrough('cam'), new VirtualClock(), new AbortController()];
  const told: string[] = [];
  const listener = { onInit: () => told.push('init'), onFragment: () => told.push('fragment') };
  return { source, clock, stop, told, ended: runLiveStream(source, { cameraId: 'cam', clock, signal: stop.signal, listener }) };
}

describe('runLiveStream', () => {
  it('tells for how long pictures came, and why it ended', async () => {
    const { source, clock, told, ended } = start();
    await clock.advance(5000);
    source.send(init(), fragment(true));
    await clock.advance(2000);
    source.fail('CAMERA_STALLED');
    expect(await ended).toMatchObject({ error: { code: 'CAMERA_STALLED' }, healthyMs: 2000 });
    expect(told).toEqual(['init', 'fragment']);
  });

  it('ends a source whose bytes are no stream', async () => {
    const { source, ended } = start();
    source.send(Buffer.alloc(100));
    expect(await ended).toMatchObject({ error: { code: 'CAMERA_UNSUPPORTED_STREAM' }, healthyMs: 0 });
    expect(source.isRunning).toBe(false);
  });

  it('connects again when the pictures become others, and shows none of those before it has', async () => {
    const { source, told, ended } = start();
    const pictures = (size: number) => fragment(true, Buffer.from([0, 0, 0, 2, 0x67, size]));
    source.send(init(), pictures(1), fragment(false), pictures(1), pictures(2), fragment(false));
    expect(await ended).toMatchObject({ error: { code: 'CAMERA_EXITED' } });
    expect(told).toEqual(['init', 'fragment', 'fragment', 'fragment']);
  });

  it('blames nobody when it was told to end', async () => {
    const { stop, ended } = start();
    stop.abort();
    expect(await ended).toEqual({ error: null, healthyMs: 0 });
  });
});
