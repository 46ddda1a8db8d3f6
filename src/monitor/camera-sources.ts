import type { FfmpegConfig } from '../config/config.ts';
import type { ChildNotes } from '../stream/child-notes.ts';
import { type FfmpegCapabilities, probeFfmpeg } from '../stream/ffmpeg-capabilities.ts';
import { locateFfmpeg } from '../stream/ffmpeg-locator.ts';
import { ffmpegSources } from '../stream/ffmpeg-source.ts';
import type { PictureMemory } from '../stream/picture-memory.ts';
import type { SourceFactory } from '../stream/source.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { Redactor } from '../util/redactor.ts';

export interface FoundFfmpeg {
  readonly file: string;
  readonly capabilities: FfmpegCapabilities;
}

export interface CameraSourcesParts {
  readonly ffmpeg: FoundFfmpeg;
  readonly hwaccel: FfmpegConfig['hwaccel'];
  readonly memory: PictureMemory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
  readonly notes: ChildNotes;
}

/** Finds an ffmpeg that works. Throws FramewatchError FFMPEG_NOT_FOUND, FFMPEG_UNUSABLE. */
export async function findFfmpeg(config: FfmpegConfig, logger: Logger): Promise<FoundFfmpeg> {
  const { file, from } = await locateFfmpeg(config.path);
  const capabilities = await probeFfmpeg(file);
  logger.info({ file, from, version: capabilities.version }, 'using ffmpeg');
  if (capabilities.warning !== null) logger.warn({ file }, capabilities.warning);
  return { file, capabilities };
}

export function cameraSources({ ffmpeg, hwaccel, memory, clock, logger, redactor, notes }: CameraSourcesParts): SourceFactory {
  return ffmpegSources({ ...ffmpeg, hwaccel, memory, clock, log: logger, redact: (text) => redactor.redact(text), notes });
}
