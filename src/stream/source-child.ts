import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { killAtExit } from '../util/child-registry.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { childEnvironment } from './child-environment.ts';
import { FRAME_PIPE, PACKET_PIPE } from './ffmpeg-arguments.ts';
import type { PicturePipe } from './picture-pipe.ts';

export interface ChildEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface ChildPipes {
  /** Its standard output. */
  readonly pictures: Pick<PicturePipe, 'childEnd' | 'ended' | 'close'>;
  readonly onPacketText: (text: string) => void;
  readonly onFrameText: (text: string) => void;
  readonly onStderr: (text: string) => void;
}

/** Starts a program, as `spawn` of `node:child_process` does. */
export type SpawnChild = (file: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** The daemon gives all cameras together 1.5 s to end. */
const TERM_GRACE_MS = 1000;
const STDERR_PIPE = 2;

/** Owns one child process and its descriptors, from `start` until `ended` has settled. */
export class SourceChild {
  readonly #file: string;
  readonly #args: readonly string[];
  readonly #clock: Clock;
  readonly #spawn: SpawnChild;
  #process: ChildProcess | undefined;
  #pictures: ChildPipes['pictures'] | undefined;
  #ended: Promise<ChildEnd> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(file: string, args: readonly string[], clock: Clock, spawnChild: SpawnChild = spawn) {
    this.#file = file;
    this.#args = args;
    this.#clock = clock;
    this.#spawn = spawnChild;
  }

  /**
   * Starts the child. The promise settles when it is gone and all its pipes are closed; it rejects with FFMPEG_NOT_FOUND when the program
   * is not there, with CAMERA_EXITED when it could not be started for want of something that may be there later (descriptors, memory, processes).
   */
  start(pipes: ChildPipes): Promise<ChildEnd> {
    this.#ended = this.#start(pipes);
    return this.#ended;
  }

  async #start(pipes: ChildPipes): Promise<ChildEnd> {
    const { pictures } = pipes;
    this.#pictures = pictures;
    const child = this.#spawned(pictures);
    this.#process = child;
    // First of all: of what is wrong with it the child tells on the next tick, and an 'error' that nobody hears ends the daemon.
    const ended = new Promise<ChildEnd>((resolve, reject) => {
      // It also tells of a signal that could not be sent; then 'close' still comes.
      child.on('error', (cause) => {
        if (child.pid === undefined) reject(startFault(this.#file, cause));
      });
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
    });
    killAtExit(child);
    pictures.childEnd.destroy();
    const descriptors = descriptorsOf(child);
    listenText(descriptors[STDERR_PIPE], pipes.onStderr);
    listenText(descriptors[PACKET_PIPE], pipes.onPacketText);
    listenText(descriptors[FRAME_PIPE], pipes.onFrameText);
    const end = await ended;
    await pictures.ended;
    return end;
  }

  #spawned({ childEnd }: ChildPipes['pictures']): ChildProcess {
    try {
      return this.#spawn(this.#file, [...this.#args], {
        shell: false,
        stdio: ['ignore', childEnd, 'pipe', 'pipe', 'pipe'],
        env: childEnvironment(process.env),
      });
    } catch (cause) {
      throw startFault(this.#file, cause);
    }
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Ends the child for sure, within about 1 s; idempotent. Our end of the pipes is closed first: a child that is blocked on a full pipe
   * ignores SIGTERM, but not that.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const child = this.#process;
    const ended = this.#ended;
    // Without a pid it never ran. It must not be signalled then: the number it holds is 0, and that names our own process group.
    if (!child || !ended || child.pid === undefined) return;
    this.#pictures?.close();
    for (const pipe of descriptorsOf(child)) if (pipe instanceof Readable) pipe.destroy();
    child.kill('SIGTERM');
    const timer = this.#clock.setTimer(TERM_GRACE_MS, () => child.kill('SIGKILL'));
    try {
      await ended;
    } finally {
      timer.cancel();
    }
  }
}

/** After EMFILE and ENFILE there are none, whatever the type of `ChildProcess` says. */
function descriptorsOf({ stdio }: { readonly stdio?: readonly unknown[] }): readonly unknown[] {
  return stdio ?? [];
}

function listenText(pipe: unknown, take: (text: string) => void): void {
  if (!(pipe instanceof Readable)) return;
  pipe.setEncoding('utf8');
  pipe.on('data', take);
  // A read error on a pipe of a dying child says nothing that its end does not say better.
  pipe.on('error', () => {});
}

function startFault(file: string, cause: unknown): FramewatchError {
  const isMissing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'EACCES');
  if (isMissing)
    return new FramewatchError('FFMPEG_NOT_FOUND', `${file} cannot be started any more: ${messageOf(cause)}; install ffmpeg again`, { cause });
  const message = `${file} could not be started: ${messageOf(cause)}; it is tried again (see the limits on processes, memory and open files)`;
  return new FramewatchError('CAMERA_EXITED', message, { cause });
}
