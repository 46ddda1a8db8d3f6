import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runEncoder } from './clip-encoder.ts';
import { readH264 } from './h264-bitstream.ts';
import type { DemoClip } from './rtsp-mount.ts';

/** What a common IP camera sends, and what it costs to decode: full HD, without B-frames, a key frame a second. */
export interface CameraStream {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly kilobitsPerSecond: number;
  readonly keyFrameMs: number;
}

export const CAMERA_STREAM: CameraStream = { width: 1920, height: 1080, framesPerSecond: 25, kilobitsPerSecond: 4000, keyFrameMs: 1000 };

const SECONDS = 8;

export interface CameraClipOptions {
  readonly stream: CameraStream;
  readonly ffmpegPath: string;
  /** Clips are kept in `cache/demo` below it. */
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

/**
 * A moving picture (ffmpeg's Mandelbrot set: detail everywhere, so that the bit rate is used) as an H.264 clip: from the cache, else coded now.
 * Errors: FFMPEG_UNUSABLE, FFMPEG_NOT_FOUND; what the file system says when the cache cannot be written.
 */
export async function cameraClip({ stream, ffmpegPath, stateDir, signal }: CameraClipOptions): Promise<DemoClip> {
  const coding = codingArguments(stream);
  const folder = path.join(stateDir, 'cache', 'demo');
  const file = path.join(folder, `camera-${createHash('sha256').update(JSON.stringify(coding)).digest('hex').slice(0, 16)}.h264`);
  const cached = await readClip(file, stream);
  if (cached) return cached;
  await mkdir(folder, { recursive: true });
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await runEncoder({ ffmpegPath, encoderArguments: [...coding, unfinished], signal });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  const clip = await readClip(file, stream);
  if (!clip) throw new RangeError("the benchmark's clip cannot be read back");
  return clip;
}

function codingArguments({ width, height, framesPerSecond, kilobitsPerSecond, keyFrameMs }: CameraStream): string[] {
  const distance = String(Math.round((keyFrameMs * framesPerSecond) / 1000));
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
    ...['-f', 'lavfi', '-i', `mandelbrot=size=${width}x${height}:rate=${framesPerSecond}`, '-t', String(SECONDS)],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p'],
    ...['-b:v', `${kilobitsPerSecond}k`, '-maxrate', `${kilobitsPerSecond}k`, '-bufsize', `${kilobitsPerSecond / 2}k`],
    ...['-g', distance, '-keyint_min', distance, '-sc_threshold', '0', '-bf', '0', '-f', 'h264'],
  ];
}

/** null when there is none, or one that was damaged. */
async function readClip(file: string, { framesPerSecond }: CameraStream): Promise<DemoClip | null> {
  const bytes = await readFile(file).catch(() => null);
  if (!bytes) return null;
  try {
    const stream = readH264(bytes);
    return stream.units.length === SECONDS * framesPerSecond ? { name: 'Benchmark', framesPerSecond, stream } : null;
  } catch {
    return null;
  }
}
