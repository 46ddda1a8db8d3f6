import { accessArguments, type FfmpegInput } from './ffmpeg-arguments.ts';
import type { FfmpegCapabilities } from './ffmpeg-capabilities.ts';

export interface PassthroughInput extends Pick<FfmpegInput, 'address' | 'transport'> {
  /** The stream's description did not say enough before: look longer at the stream itself. */
  readonly looksLonger: boolean;
}

/**
 * For how long ffmpeg may look at a stream before it passes it on, ms. RTSP describes its stream in words: looking at it only delays the first picture (7.7 s
 * by default, 0.4 s this way), and what would be thrown away is often the key frame with which a camera greets a newcomer.
 */
export function passthroughAnalysisMs({ address, looksLonger }: Pick<PassthroughInput, 'address' | 'looksLonger'>): number {
  if (looksLonger) return 8000;
  return address.scheme.startsWith('rtsp') ? 0 : 500;
}

/**
 * The arguments of a child that passes a camera's video on as it is, as fragmented MP4 on `pipe:1`: a fragment a picture, so that each can be sent on as soon as it is
 * there; the first is a key frame. To be passed to `spawn` only: they hold the password.
 */
export function passthroughArguments(input: PassthroughInput, capabilities: FfmpegCapabilities): string[] {
  const analysisMs = passthroughAnalysisMs(input);
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning'],
    ...(input.address.isReadAhead ? ['-re'] : []),
    ...accessArguments(input, capabilities),
    ...(analysisMs === 0 ? ['-probesize', '32'] : []),
    ...['-analyzeduration', String(analysisMs * 1000), '-fpsprobesize', '0'],
    ...['-an', '-sn', '-dn', '-i', input.address.input],
    ...['-map', '0:v:0', '-c', 'copy', '-an', '-map_metadata', '-1'],
    ...['-f', 'mp4', '-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-flush_packets', '1', 'pipe:1'],
  ];
}
