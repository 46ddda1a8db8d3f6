import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { openPicturePipe } from '../../src/stream/picture-pipe.ts';
import { type ChildPipes, SourceChild } from '../../src/stream/source-child.ts';
import { systemClock } from '../../src/util/clock.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const NO_PICTURES = { childEnd: new Socket(), ended: Promise.resolve(), close() {} };
const DEAF: ChildPipes = { pictures: NO_PICTURES, onPacketText() {}, onFrameText() {}, onStderr() {} };

/** What `spawn` returns, with a pid and pipes only when it could start something. */
class FakeProcess extends EventEmitter {
  readonly signals: string[] = [];
  readonly pid: number | undefined;
  readonly stdio: readonly (Readable | null)[] | undefined;
  readonly exitCode: number | null = null;
  readonly signalCode: string | null = null;

  constructor(pid: number | undefined) {
    super();
    this.pid = pid;
    this.stdio = pid === undefined ? undefined : [null, null, ...Array.from({ length: 3 }, () => new Readable({ read() {} }))];
  }

  kill(signal: string): boolean {
    this.signals.push(signal);
    return true;
  }
}

const started = (fake: FakeProcess) => () => fake as unknown as ChildProcess;

describe('SourceChild', () => {
  it('gives its child no more of the environment than it needs', () => {
    const seen: (NodeJS.ProcessEnv | undefined)[] = [];
    const spawn = (_file: string, _args: readonly string[], options: SpawnOptions) => {
      seen.push(options.env);
      return new FakeProcess(undefined) as unknown as ChildProcess;
    };
    vi.stubEnv('FRAMEWATCH_TEST_SECRET', 'needle');
    try {
      void new SourceChild('ffmpeg', [], systemClock, spawn).start(DEAF);
      expect(seen[0]).toHaveProperty('PATH');
      expect(['PATH', 'LD_LIBRARY_PATH', 'TZ']).toEqual(expect.arrayContaining(Object.keys(seen[0] ?? {})));
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('says that the program is not there', async () => {
    const child = new SourceChild('/no/such/ffmpeg', [], systemClock);
    const pictures = await openPicturePipe({ room: () => new Uint8Array(1), read() {} });
    await expect(child.start({ ...DEAF, pictures })).rejects.toMatchObject({ code: 'FFMPEG_NOT_FOUND' });
    await child.stop();
    pictures.close();
  });

  it.each(['EMFILE', 'ENFILE', 'EAGAIN'])('makes a fault of %s, which comes a tick later and without pipes, and signals nobody', async (code) => {
    const fake = new FakeProcess(undefined);
    const child = new SourceChild('ffmpeg', [], systemClock, started(fake));
    const ended = child.start(DEAF);
    process.nextTick(() => fake.emit('error', Object.assign(new Error(`spawn ${code}`), { code })));
    const stopped = child.stop();
    await expect(ended).rejects.toMatchObject({ code: 'CAMERA_EXITED', message: expect.stringContaining(code) });
    await stopped;
    // The handle of a process that never ran holds 0 for its number: a signal to it would reach our own process group.
    expect(fake.signals).toEqual([]);
  });

  it('makes a fault of what spawn throws', async () => {
    const child = new SourceChild('ffmpeg', [], systemClock, () => {
      throw Object.assign(new Error('spawn ENOMEM'), { code: 'ENOMEM' });
    });
    await expect(child.start(DEAF)).rejects.toMatchObject({ code: 'CAMERA_EXITED', message: expect.stringContaining('ENOMEM') });
    await child.stop();
  });

  it('closes the pipes, asks, and kills a second later what did not go', async () => {
    const clock = new VirtualClock();
    const fake = new FakeProcess(4_000_000);
    const child = new SourceChild('ffmpeg', [], clock, started(fake));
    const ended = child.start(DEAF);
    const stopped = child.stop();
    expect(fake.stdio?.every((pipe) => pipe?.destroyed ?? true)).toBe(true);
    await clock.advance(999);
    expect(fake.signals).toEqual(['SIGTERM']);
    await clock.advance(1);
    expect(fake.signals).toEqual(['SIGTERM', 'SIGKILL']);
    fake.emit('exit', null, 'SIGKILL');
    fake.emit('close', null, 'SIGKILL');
    expect(await ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
    await stopped;
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not die of an error of a running child, whenever it comes', async () => {
    const fake = new FakeProcess(4_000_001);
    const ended = new SourceChild('ffmpeg', [], systemClock, started(fake)).start(DEAF);
    fake.emit('error', new Error('kill EPERM'));
    fake.emit('error', new Error('kill EPERM'));
    fake.emit('exit', 1, null);
    fake.emit('close', 1, null);
    expect(await ended).toEqual({ exitCode: 1, signal: null });
  });
});
