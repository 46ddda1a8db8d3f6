import type { FfmpegConfig } from '../config/config.ts';
import { probeFfmpeg } from '../stream/ffmpeg-capabilities.ts';
import { locateFfmpeg } from '../stream/ffmpeg-locator.ts';
import { ffmpegSources } from '../stream/ffmpeg-source.ts';
import type { PictureMemory } from '../stream/picture-memory.ts';
import type { SourceFactory } from '../stream/source.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { Redactor } from '../util/redactor.ts';

export interface CameraSourcesParts {
  readonly ffmpeg: FfmpegConfig;
  readonly memory: PictureMemory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
}

/** Finds an ffmpeg that works and makes sources of it. Throws FramewatchError FFMPEG_NOT_FOUND, FFMPEG_UNUSABLE. */
export async function findCameraSources({ ffmpeg, memory, clock, logger, redactor }: CameraSourcesParts): Promise<SourceFactory> {
  const { file, from } = await locateFfmpeg(ffmpeg.path);
  const capabilities = await probeFfmpeg(file);
  logger.info({ file, from, version: capabilities.version }, 'using ffmpeg');
  if (capabilities.warning !== null) logger.warn({ file }, capabilities.warning);
  return ffmpegSources({ file, capabilities, hwaccel: ffmpeg.hwaccel, memory, clock, log: logger, redact: (text) => redactor.redact(text) });
}
