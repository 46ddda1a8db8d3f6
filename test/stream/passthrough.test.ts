import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectGate } from '../../src/stream/connect-gate.ts';
import { passthroughs } from '../../src/stream/passthrough.ts';
import { type Clock, systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { Secret } from '../../src/util/secret.ts';
import { CAPABILITIES } from '../helpers/ffmpeg-capabilities.ts';
import { cameraConfig } from '../helpers/stream-cameras.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { waitFor } from '../helpers/wait-for.ts';

const CAMERA = cameraConfig({
  url: 'rtsp://127.0.0.1:1/main',
  liveUrl: 'rtsp://127.0.0.1:2/live',
  username: 'viewer',
  password: new Secret('needle!'),
});

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-passthrough-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(script: string, clock: Clock = systemClock) {
  const file = path.join(folder, 'ffmpeg');
  writeFileSync(file, `#!/bin/sh\necho "$@" >> ${folder}/calls\n${script}\n`);
  chmodSync(file, 0o755);
  const doors: string[] = [];
  const probe = (host: string, port: number) => {
    doors.push(`${host}:${port}`);
    return Promise.resolve(false);
  };
  const redact = (text: string) => text.replaceAll('needle!', '***');
  const factory = passthroughs({ file, capabilities: CAPABILITIES, gate: new ConnectGate(systemClock), probe, clock, log: silentLogger, redact });
  return { source: factory(CAMERA), doors, calls: () => readFileSync(`${folder}/calls`, 'utf8').trim().split('\n') };
}

function listener() {
  const [starts, pieces] = [[] as number[], [] as Buffer[]];
  return { starts, pieces, onStart: () => void starts.push(pieces.length), onBytes: (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes)) };
}

describe('passthroughs', () => {
  it('opens the stream for full motion, and knocks at its door', async () => {
    const { source, doors, calls } = open('echo "[rtsp] method DESCRIBE failed: 401 Unauthorized needle!" >&2; exit 1');
    const told = await source.run(new AbortController().signal, listener()).catch((error: unknown) => error);
    expect(told).toMatchObject({ code: 'CAMERA_AUTH_FAILED' });
    expect(String(told)).not.toContain('needle');
    expect(calls()[0]).toContain('rtsp://viewer:needle!@127.0.0.1:2/live');
    expect(await source.knock(new AbortController().signal)).toBe(false);
    expect(doors).toEqual(['127.0.0.1:2']);
  });

  it('looks longer at a stream that did not say enough, and remembers it', async () => {
    const { source, calls } = open('echo "[mp4] dimensions not set" >&2; exit 1');
    for (const _ of [1, 2]) await expect(source.run(new AbortController().signal, listener())).rejects.toMatchObject({ code: 'CAMERA_EXITED' });
    expect(calls().map((line) => /analyzeduration (\d+)/.exec(line)?.[1])).toEqual(['0', '8000000', '8000000']);
  });

  it('says what cannot be passed on', async () => {
    const { source, calls } = open(
      'echo "[mp4] [error] Could not find tag for codec vp8 in stream #0, codec not currently supported in container" >&2; echo "Could not write header" >&2; exit 1',
    );
    await expect(source.run(new AbortController().signal, listener())).rejects.toThrow(/sends vp8, which cannot be passed on/);
    expect(calls().length).toBe(1);
  });

  it('gives up a camera that sends nothing more', async () => {
    const clock = new VirtualClock();
    const { source } = open('printf abc; exec sleep 60', clock);
    const heard = listener();
    const ended = source.run(new AbortController().signal, heard).catch((error: unknown) => error);
    await waitFor('bytes', () => Buffer.concat(heard.pieces).toString() === 'abc');
    await clock.advance(11_000);
    expect(await ended).toMatchObject({ code: 'CAMERA_STALLED' });
    expect(heard.starts).toEqual([0]);
  });

  it('leaves nothing when it is told to end', async () => {
    const { source } = open('printf abc; exec sleep 60');
    const [stop, heard] = [new AbortController(), listener()];
    const ended = source.run(stop.signal, heard);
    await waitFor('bytes', () => heard.pieces.length > 0);
    stop.abort();
    await ended;
    await source.run(stop.signal, heard);
    expect(heard.starts.length).toBe(1);
  });
});
