import { type ChildProcess, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { childEnvironment } from './child-environment.ts';
import { FRAME_PIPE, PACKET_PIPE, RAW_PIPE } from './ffmpeg-arguments.ts';

export interface ChildEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface ChildPipes {
  readonly onRaw: (chunk: Buffer) => void;
  readonly onPacketText: (text: string) => void;
  readonly onFrameText: (text: string) => void;
  readonly onStderr: (text: string) => void;
}

const TERM_GRACE_MS = 2000;
const STDERR_PIPE = 2;

/** Owns one child process and its five descriptors, from `start` until `ended` has settled. */
export class SourceChild {
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #clock: Clock;
  #process: ChildProcess | undefined;
  #ended: Promise<ChildEnd> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(file: string, args: readonly string[], clock: Clock) {
    this.#file = file;
    this.#args = args;
    this.#clock = clock;
  }

  /**
   * Starts the child. The promise settles when it is gone and all its pipes are closed; it rejects with FFMPEG_NOT_FOUND or FFMPEG_UNUSABLE
   * when it could not be started.
   */
  start(pipes: ChildPipes): Promise<ChildEnd> {
    const child = spawn(this.#file, [...this.#args], {
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: childEnvironment(process.env),
    });
    this.#process = child;
    listen(child.stdio[RAW_PIPE], pipes.onRaw);
    listenText(child.stdio[STDERR_PIPE], pipes.onStderr);
    listenText(child.stdio[PACKET_PIPE], pipes.onPacketText);
    listenText(child.stdio[FRAME_PIPE], pipes.onFrameText);
    this.#ended = new Promise((resolve, reject) => {
      // 'error' also tells of a signal that could not be sent; then 'close' still comes.
      child.once('error', (cause) => {
        if (child.pid === undefined) reject(startFault(this.#file, cause));
      });
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
    });
    return this.#ended;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Ends the child for sure, within about 2 s; idempotent. Our end of the pipes is closed first: a child that is blocked on a full pipe
   * ignores SIGTERM, but not that.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const child = this.#process;
    const ended = this.#ended;
    if (!child || !ended) return;
    for (const pipe of child.stdio) if (pipe instanceof Readable) pipe.destroy();
    child.kill('SIGTERM');
    const timer = this.#clock.setTimer(TERM_GRACE_MS, () => child.kill('SIGKILL'));
    try {
      await ended;
    } catch {
      // It never ran: nothing to wait for. Who called `start` has been told.
    } finally {
      timer.cancel();
    }
  }
}

function listen(pipe: unknown, take: (chunk: Buffer) => void): void {
  if (!(pipe instanceof Readable)) return;
  pipe.on('data', take);
  // A read error on a pipe of a dying child says nothing that its end does not say better.
  pipe.on('error', () => {});
}

function listenText(pipe: unknown, take: (text: string) => void): void {
  if (!(pipe instanceof Readable)) return;
  pipe.setEncoding('utf8');
  pipe.on('data', take);
  pipe.on('error', () => {});
}

function startFault(file: string, cause: Error): FramewatchError {
  const isMissing = 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'EACCES');
  if (isMissing)
    return new FramewatchError('FFMPEG_NOT_FOUND', `${file} cannot be started any more: ${messageOf(cause)}; install ffmpeg again`, { cause });
  return new FramewatchError('FFMPEG_UNUSABLE', `${file} could not be started: ${messageOf(cause)}; see the limits on processes and open files`, {
    cause,
  });
}
