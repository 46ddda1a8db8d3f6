import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openPicturePipe, type PicturePipe } from '../../src/stream/picture-pipe.ts';

/** Reads everything into one small buffer, and says into which buffers bytes came. */
class Recorder {
  readonly buffers = new Set<ArrayBufferLike>();
  readonly #room = new Uint8Array(1000);
  text = '';

  room(): Uint8Array {
    return this.#room;
  }

  read(bytes: Uint8Array): void {
    this.buffers.add(bytes.buffer);
    this.text += Buffer.from(bytes).toString();
  }
}

describe('openPicturePipe', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'framewatch-pipe-'));
    vi.stubEnv('TMPDIR', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const child = (pipe: PicturePipe, script: string) => {
    const started = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', pipe.childEnd, 'inherit'] });
    pipe.childEnd.destroy();
    return started;
  };

  it('reads to where it is told, to the last byte of the child', async () => {
    const recorder = new Recorder();
    const pipe = await openPicturePipe(recorder);
    expect(readdirSync(folder), 'nothing is left for others to enter').toEqual([]);
    child(pipe, 'i=0; while [ $i -lt 500 ]; do echo "line $i"; i=$((i+1)); done');
    await pipe.ended;
    expect(recorder.text.split('\n')).toEqual([...Array.from({ length: 500 }, (_, index) => `line ${index}`), '']);
    expect([...recorder.buffers]).toEqual([recorder.room().buffer]);
    pipe.close();
  });

  it('makes pipes side by side where the usual folder is too long for the address of a socket, and leaves nothing there', async () => {
    const deep = path.join(folder, 'x'.repeat(100));
    mkdirSync(deep);
    vi.stubEnv('TMPDIR', deep);
    const recorders = [new Recorder(), new Recorder()];
    const pipes = await Promise.all(recorders.map((recorder) => openPicturePipe(recorder)));
    for (const [index, pipe] of pipes.entries()) child(pipe, `echo ${index}`);
    await Promise.all(pipes.map(({ ended }) => ended));
    expect(recorders.map(({ text }) => text)).toEqual(['0\n', '1\n']);
    expect(readdirSync(deep)).toEqual([]);
    expect(readdirSync(folder)).toEqual([path.basename(deep)]);
  });

  it('holds a child up while it is paused, and reads the rest afterwards', async () => {
    const recorder = new Recorder();
    const pipe = await openPicturePipe(recorder);
    pipe.pause();
    const started = child(pipe, `head -c 2000000 /dev/zero | tr '\\0' x; echo end`);
    // More than any buffer of the system holds: it cannot end before it is read.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(started.exitCode).toBeNull();
    expect(recorder.text).toBe('');
    pipe.resume();
    await pipe.ended;
    expect(recorder.text.length).toBe(2_000_004);
    expect(recorder.text.endsWith('xend\n')).toBe(true);
    pipe.close();
  });

  it('ends a child that writes without end, when it is closed', async () => {
    const pipe = await openPicturePipe(new Recorder());
    const started = child(pipe, 'exec yes 2>/dev/null');
    pipe.close();
    pipe.close();
    await Promise.all([pipe.ended, once(started, 'close')]);
    expect(started.signalCode ?? started.exitCode).not.toBe(0);
  });

  it('needs three descriptors, says so without them, and leaves nothing behind', async () => {
    const owner = new URL('../helpers/picture-pipe-owner.mjs', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', 'ulimit -n 64 && exec "$0" "$1"', process.execPath, owner]);
    const outcomes = JSON.parse(stdout) as string[];
    expect(outcomes[2]).toContain('closed it at once');
    expect(outcomes.map((outcome) => outcome.split(':')[0])).toEqual(['CAMERA_EXITED', 'CAMERA_EXITED', 'CAMERA_EXITED', 'opened']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what is wrong when it cannot be made', async () => {
    vi.stubEnv('TMPDIR', path.join(folder, 'away'));
    const failed = openPicturePipe(new Recorder());
    await expect(failed).rejects.toMatchObject({ code: 'CAMERA_EXITED', message: expect.stringContaining(path.join(folder, 'away')) });
  });
});
