import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { FramewatchError } from '../util/errors.ts';

export interface FfmpegPlace {
  readonly file: string;
  readonly from: 'config' | 'environment' | 'system' | 'package';
}

export interface LocatorWorld {
  readonly environment: NodeJS.ProcessEnv;
  isExecutable(file: string): Promise<boolean>;
  /** The path that the optional package `ffmpeg-static` names; null when it is not installed or downloaded nothing. */
  packagedFfmpeg(): Promise<string | null>;
}

/**
 * Where ffmpeg is: `ffmpeg.path` of the config, `FFMPEG_PATH`, the system's, `ffmpeg-static`. One that was named explicitly must be there:
 * silently taking another would hide the mistake. Throws FFMPEG_NOT_FOUND.
 */
export async function locateFfmpeg(configured: string | null, world: LocatorWorld = realWorld): Promise<FfmpegPlace> {
  const named = configured === null ? world.environment['FFMPEG_PATH'] : configured;
  if (named !== undefined && named !== '') {
    const from = configured === null ? 'environment' : 'config';
    if (await world.isExecutable(named)) return { file: named, from };
    const where = from === 'config' ? 'ffmpeg.path in the configuration' : 'the environment variable FFMPEG_PATH';
    throw new FramewatchError(
      'FFMPEG_NOT_FOUND',
      `${where} names ${named}, which is not an executable file; correct it or remove it to use the system's ffmpeg`,
    );
  }
  for (const folder of (world.environment['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, 'ffmpeg');
    if (folder !== '' && (await world.isExecutable(file))) return { file, from: 'system' };
  }
  const packaged = await world.packagedFfmpeg();
  if (packaged !== null && (await world.isExecutable(packaged))) return { file: packaged, from: 'package' };
  throw new FramewatchError(
    'FFMPEG_NOT_FOUND',
    'ffmpeg was not found on the PATH; install it (Debian, Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg) or set ffmpeg.path',
  );
}

const realWorld: LocatorWorld = {
  environment: process.env,
  isExecutable: (file) =>
    access(file, constants.X_OK).then(
      () => true,
      () => false,
    ),
  async packagedFfmpeg() {
    try {
      // Not a literal: the package is optional, so neither compiler nor bundler may insist on it.
      const name: string = 'ffmpeg-static';
      const loaded: unknown = await import(name);
      return typeof loaded === 'object' && loaded !== null && 'default' in loaded && typeof loaded.default === 'string' ? loaded.default : null;
    } catch {
      return null;
    }
  },
};
