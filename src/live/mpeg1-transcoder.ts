import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import Mpeg1Muxer from 'node-rtsp-stream/mpeg1muxer.js';
import { killAtExit } from '../util/child-registry.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { PictureSize, Transcoder, TranscoderFactory } from './transcoder.ts';

/** What a child wrote on standard error. */
export interface ErrorTail {
  push(text: string): void;
  lines(): string[];
}

export interface TranscoderOptions {
  readonly ffmpegPath: string;
  readonly frameRateModeOption: '-fps_mode' | '-vsync';
  readonly takesProcessorCount: boolean;
  /** All of our environment that the child gets. */
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly openTail: (cameraId: string) => ErrorTail;
}

/** `Mpeg1Muxer` of node-rtsp-stream, reading from its standard input. Of that package nothing else is used: it would open the camera once more, and a port to everybody. */
export function mpeg1Transcoders(options: TranscoderOptions): TranscoderFactory {
  return (cameraId, from, to) => new Mpeg1Transcoder({ cameraId, from, to }, options);
}

interface Work {
  readonly cameraId: string;
  readonly from: PictureSize;
  readonly to: PictureSize;
}

const MOST_WAITING_BYTES = 4 * 1024 * 1024;
const TERM_GRACE_MS = 1000;
/** Pictures of 1920×1088 one thread decodes at 25 a second with time to spare. */
const PIXELS_A_THREAD = 2_088_960;

class Mpeg1Transcoder implements Transcoder {
  readonly #work: Work;
  readonly #options: TranscoderOptions;
  #child: ChildProcessWithoutNullStreams | null = null;

  constructor(work: Work, options: TranscoderOptions) {
    this.#work = work;
    this.#options = options;
  }

  write(bytes: Uint8Array): boolean {
    const stdin = this.#child?.stdin;
    if (!stdin?.writable || stdin.writableLength + bytes.length > MOST_WAITING_BYTES) return false;
    stdin.write(bytes);
    return true;
  }

  async run(signal: AbortSignal, onBytes: (bytes: Uint8Array) => void): Promise<void> {
    if (signal.aborted) return;
    const { openTail, environment, ffmpegPath } = this.#options;
    const tail = openTail(this.#work.cameraId);
    let muxer: Mpeg1Muxer;
    try {
      muxer = withEnvironment(environment, () => new Mpeg1Muxer({ ffmpegPath, url: 'pipe:0', ffmpegOptions: this.#flags() }));
    } catch (cause) {
      // Of descriptors or processes that are used up `spawn` tells by throwing, or by a child without pipes.
      throw this.#fault(`it could not be started: ${messageOf(cause)}`, cause);
    }
    const child = muxer.stream;
    this.#child = child;
    // Its own listener writes to our standard error.
    child.removeAllListeners('exit');
    killAtExit(child);
    // It also tells of a signal that could not be sent.
    const ended = new Promise<string>((resolve) => {
      child.on('error', (error) => {
        if (child.pid === undefined) resolve(messageOf(error));
      });
      child.once('close', (code, by) => resolve(by === null ? `ffmpeg left with code ${code}` : `ffmpeg left with signal ${by}`));
    });
    // A child that is gone reads no more; that it is gone is told by its end.
    child.stdin.on('error', () => {});
    muxer.on('ffmpegStderr', (bytes: Buffer) => tail.push(bytes.toString('utf8')));
    muxer.on('mpeg1data', (bytes: Buffer) => {
      if (!signal.aborted) onBytes(bytes);
    });
    const onAbort = () => void this.#stop(child);
    signal.addEventListener('abort', onAbort, { once: true });
    const how = await ended;
    signal.removeEventListener('abort', onAbort);
    this.#child = null;
    if (!isAborted(signal)) throw this.#fault(`${how}${tail.lines().length > 0 ? ` (${tail.lines().at(-1)})` : ''}`);
  }

  /** For the output, and such as hold for the whole program; others cannot be given. */
  #flags(): Record<string, string | number> {
    const { from, to } = this.#work;
    return {
      '-nostats': '',
      ...(this.#options.takesProcessorCount ? { '-cpucount': decodingThreads(from) } : {}),
      '-loglevel': 'level+warning',
      '-an': '',
      '-vf': `scale=${to.width}:${to.height}`,
      // At most 25 pictures a second (MPEG-1 knows few rates), and none twice: JSMpeg shows each when it comes.
      ...{ '-r': 25, [this.#options.frameRateModeOption]: 'vfr', '-pix_fmt': 'yuv420p' },
      // Without it the encoder keeps each picture until the next has come, although it needs none.
      ...{ '-flags': '+low_delay', '-strict': 'unofficial' },
      ...{ '-bf': 0, '-g': 25, '-threads': 1, '-b:v': '3000k', '-maxrate': '6000k', '-bufsize': '3000k' },
      ...{ '-muxdelay': 0, '-muxpreload': 0, '-mpegts_flags': '+resend_headers', '-flush_packets': 1 },
    };
  }

  /** Our end of the pipes is closed first: a child that is blocked on a full pipe ignores SIGTERM. */
  async #stop(child: ChildProcessWithoutNullStreams): Promise<void> {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
    // Without a pid it never ran, and must not be signalled.
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = this.#options.clock.setTimer(TERM_GRACE_MS, () => child.kill('SIGKILL'));
    await once(child, 'close');
    timer.cancel();
  }

  #fault(why: string, cause?: unknown): FramewatchError {
    const message = `camera ${this.#work.cameraId}: its pictures could not be coded for the browser: ${why}; a browser that plays the camera's own codec needs no coding`;
    return new FramewatchError('LIVE_TRANSCODER_FAILED', message, { cause });
  }
}

/**
 * ffmpeg decodes with a thread a processor, and each but the first keeps a picture back: on a large machine most of a second. How many the decoder gets cannot be said
 * behind `-i`, where all options of the muxer stand; how many processors there are can.
 */
function decodingThreads({ width, height }: PictureSize): number {
  return Math.max(1, Math.ceil((width * height) / PIXELS_A_THREAD));
}

/**
 * `Mpeg1Muxer` passes no environment on, so that its child would get ours, with every password in it. It starts the child before its constructor returns: for so long,
 * in which nothing else runs, ours is another.
 */
function withEnvironment<T>(environment: NodeJS.ProcessEnv, work: () => T): T {
  const ours = process.env;
  process.env = environment;
  try {
    return work();
  } finally {
    process.env = ours;
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
