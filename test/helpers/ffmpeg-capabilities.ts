import type { FfmpegCapabilities } from '../../src/stream/ffmpeg-capabilities.ts';

/** What Debian 12's ffmpeg can. */
export const CAPABILITIES: FfmpegCapabilities = {
  version: '5.1.9',
  rtspTimeoutOption: '-timeout',
  frameRateModeOption: '-fps_mode',
  takesProcessorCount: true,
  warning: null,
};
