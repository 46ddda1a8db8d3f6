import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TestClip {
  /** Where to write it; the ending decides the container. */
  readonly file: string;
  readonly seconds: number;
  /** Default 640x360. */
  readonly size?: string;
  /** Default 25. */
  readonly fps?: number;
  /** Default libx264. */
  readonly codec?: 'libx264' | 'libx265' | 'mjpeg' | 'mpeg4';
  /** Frames from key frame to key frame; default 25. */
  readonly gop?: number;
  /** Default 0. */
  readonly bFrames?: number;
  /** Of x264 and x265; default ultrafast, which uses B-frames sparingly. */
  readonly preset?: 'ultrafast' | 'veryfast';
  /** A source of ffmpeg's lavfi; default the moving test picture. */
  readonly picture?: string;
  /** A filter of ffmpeg's for the coded stream, e.g. one that breaks it. */
  readonly bitstreamFilter?: string;
}

/** Makes a clip with the system's ffmpeg and returns its path. */
export async function makeTestClip({
  file,
  seconds,
  size = '640x360',
  fps = 25,
  codec = 'libx264',
  gop = 25,
  bFrames = 0,
  preset = 'ultrafast',
  picture,
  bitstreamFilter,
}: TestClip): Promise<string> {
  const source = picture ?? 'testsrc2';
  const input = `${source}${source.includes('=') ? ':' : '='}size=${size}:rate=${fps}`;
  const speed = codec === 'libx264' || codec === 'libx265' ? ['-preset', preset, '-bf', String(bFrames)] : ['-q:v', '5'];
  const args = ['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', input, '-t', String(seconds), '-c:v', codec, ...speed];
  if (bitstreamFilter) args.push('-bsf:v', bitstreamFilter);
  await run('ffmpeg', [...args, '-g', String(gop), '-sc_threshold', '0', '-pix_fmt', codec === 'mjpeg' ? 'yuvj420p' : 'yuv420p', file]);
  return file;
}
