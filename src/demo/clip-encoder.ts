import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { FramewatchError } from '../util/errors.ts';
import { FRAME_HEIGHT, FRAME_WIDTH, FRAMES_PER_SECOND } from './programme-frames.ts';

export interface Encoding {
  readonly keyFrameSeconds: number;
  readonly bFrames: number;
}

const MAX_STDERR_CHARS = 4000;

/** How ffmpeg codes raw RGB frames from its standard input: a fixed distance of key frames, as cameras have it. */
export function encoderArguments({ keyFrameSeconds, bFrames }: Encoding): string[] {
  const distance = String(keyFrameSeconds * FRAMES_PER_SECOND);
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${FRAME_WIDTH}x${FRAME_HEIGHT}`, '-r', String(FRAMES_PER_SECOND), '-i', 'pipe:0'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-threads', '1', '-crf', '26', '-pix_fmt', 'yuv420p'],
    ...['-g', distance, '-keyint_min', distance, '-sc_threshold', '0', '-bf', String(bFrames), '-f', 'h264'],
  ];
}

/**
 * Codes `frames` into `file`, one at a time: the encoder's pace is the pace of drawing.
 * Errors: FFMPEG_NOT_FOUND, FFMPEG_UNUSABLE (it has no libx264, or it failed); what `frames` throws; the signal's reason.
 */
export function encodeH264(options: {
  readonly ffmpegPath: string;
  readonly frames: AsyncIterable<Buffer>;
  readonly encoding: Encoding;
  readonly file: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { ffmpegPath, signal, frames, encoding, file } = options;
  return runEncoder({ ffmpegPath, encoderArguments: [...encoderArguments(encoding), file], frames, signal });
}

/** Runs ffmpeg to its end; `frames`, if any, are its standard input. Errors: as `encodeH264`. */
export async function runEncoder(options: {
  readonly ffmpegPath: string;
  readonly encoderArguments: readonly string[];
  readonly frames?: AsyncIterable<Buffer>;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { ffmpegPath, signal, frames } = options;
  signal.throwIfAborted();
  const child = spawn(ffmpegPath, [...options.encoderArguments], { stdio: ['pipe', 'ignore', 'pipe'] });
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-MAX_STDERR_CHARS);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (error) => reject(new FramewatchError('FFMPEG_NOT_FOUND', `cannot run ffmpeg at ${ffmpegPath}`, { cause: error })));
    child.once('close', resolve);
  });
  try {
    const fed = feed(frames, child.stdin).finally(() => child.stdin.end());
    const [code] = await Promise.all([ended, fed]);
    signal.throwIfAborted();
    if (code !== 0) throw unusable(ffmpegPath, code, complaint);
  } finally {
    signal.removeEventListener('abort', stop);
    child.kill('SIGKILL');
  }
}

/** Ends early, without an error, when the other end is gone: then the exit code says why. */
async function feed(frames: AsyncIterable<Buffer> | undefined, input: NodeJS.WritableStream & { readonly destroyed: boolean }): Promise<void> {
  const gone = once(input, 'close').catch(() => undefined);
  input.on('error', () => undefined);
  for await (const frame of frames ?? []) {
    if (input.destroyed) return;
    if (!input.write(frame)) await Promise.race([once(input, 'drain').catch(() => undefined), gone]);
  }
}

function unusable(ffmpegPath: string, code: number | null, complaint: string): FramewatchError {
  if (/Unknown encoder/i.test(complaint)) {
    const advice = "install your distribution's ffmpeg, or set FFMPEG_PATH to one that has it";
    return new FramewatchError('FFMPEG_UNUSABLE', `${ffmpegPath} cannot encode H.264 (no libx264), which the demo's cameras need; ${advice}`);
  }
  return new FramewatchError('FFMPEG_UNUSABLE', `${ffmpegPath} failed to encode a demo clip (exit ${String(code)}): ${complaint.trim()}`);
}
