import { execFile } from 'node:child_process';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { childEnvironment } from './child-environment.ts';

/** What differs between versions of ffmpeg; the wrong option is a hard error, so it is asked once. */
export interface FfmpegCapabilities {
  /** As ffmpeg prints it, e.g. `5.1.9-0+deb12u1`. */
  readonly version: string;
  readonly rtspTimeoutOption: '-timeout' | '-stimeout';
  readonly frameRateModeOption: '-fps_mode' | '-vsync';
  /** Whether it can be told how many processors there are (`-cpucount`). */
  readonly takesProcessorCount: boolean;
  /** A warning for the operator when this version has known holes that a hostile stream can reach; null when not. */
  readonly warning: string | null;
}

const ANSWER_LIMIT_MS = 10_000;
/** Below this nothing is repaired any more: 4.1 to 4.4 are the last of their line to have got fixes. */
const OLDEST_MAINTAINED_MAJOR = 5;

/** Asks the program at `file`. Throws FFMPEG_UNUSABLE when it does not answer like ffmpeg. */
export async function probeFfmpeg(file: string, run: RunFfmpeg = runFfmpeg): Promise<FfmpegCapabilities> {
  const [version, rtsp, options] = await Promise.all([
    run(file, ['-version']),
    run(file, ['-hide_banner', '-h', 'demuxer=rtsp']),
    run(file, ['-hide_banner', '-h', 'long']),
  ]);
  return readCapabilities(file, version, rtsp, options);
}

/** The pure part of `probeFfmpeg`: reads what `-version`, `-h demuxer=rtsp` and `-h long` print. */
export function readCapabilities(file: string, versionText: string, rtspText: string, optionsText: string): FfmpegCapabilities {
  const version = /^ffmpeg version (\S+)/m.exec(versionText)?.[1];
  if (version === undefined)
    throw new FramewatchError('FFMPEG_UNUSABLE', `${file} does not answer "-version" like ffmpeg; set ffmpeg.path to a working ffmpeg`);
  if (!/^RTSP demuxer AVOptions/m.test(rtspText)) {
    throw new FramewatchError('FFMPEG_UNUSABLE', `${file} (${version}) was built without RTSP; install the distribution's ffmpeg`);
  }
  // In 4.x `-timeout` exists too, but means "listen for so many seconds".
  const rtspTimeoutOption = /^\s+-stimeout\s/m.test(rtspText) ? '-stimeout' : '-timeout';
  const frameRateModeOption = /^\s*-fps_mode\b/m.test(optionsText) ? '-fps_mode' : '-vsync';
  const takesProcessorCount = /^\s*-cpucount\b/m.test(optionsText);
  return { version, rtspTimeoutOption, frameRateModeOption, takesProcessorCount, warning: warningFor(version) };
}

function warningFor(version: string): string | null {
  const major = /^n?(\d+)\./.exec(version)?.[1];
  if (major === undefined || Number(major) >= OLDEST_MAINTAINED_MAJOR) return null;
  return `ffmpeg ${version} is no longer maintained and has known holes that a hostile stream can reach; install version ${OLDEST_MAINTAINED_MAJOR} or newer`;
}

export type RunFfmpeg = (file: string, args: readonly string[]) => Promise<string>;

const runFfmpeg: RunFfmpeg = (file, args) =>
  new Promise((resolve, reject) => {
    execFile(file, [...args], { env: childEnvironment(process.env), timeout: ANSWER_LIMIT_MS, maxBuffer: 16 * 1024 * 1024 }, (cause, stdout) => {
      if (cause)
        reject(
          new FramewatchError('FFMPEG_UNUSABLE', `${file} ${args.join(' ')} failed: ${messageOf(cause)}; set ffmpeg.path to a working ffmpeg`, {
            cause,
          }),
        );
      else resolve(stdout);
    });
  });
