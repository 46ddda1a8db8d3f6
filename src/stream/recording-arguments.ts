import type { FfmpegConfig } from '../config/config.ts';
import { PACKET_PIPE, pictureOutputs, type WantedPictures } from './ffmpeg-arguments.ts';
import type { FfmpegCapabilities } from './ffmpeg-capabilities.ts';

/** A file as ffmpeg opens it: with its protocol before it a name is nothing but a name, whatever it begins with and whatever stands in it. */
export function recordingUrl(file: string): string {
  return `file:${file}`;
}

export interface RecordingInput extends WantedPictures {
  /** Absolute. */
  readonly file: string;
  readonly hwaccel: FfmpegConfig['hwaccel'];
  /** Of the decoder, ≥ 1. */
  readonly threads: number;
}

/** Of films the usual picture; not the cover of a piece of music, which is a video stream of one picture. */
const VIDEO = '0:V:0';

/** What reads a picture, or a series of them, by the ending of its name. */
const PICTURES = 'image2';

/**
 * Containers that hold what they show, as ffmpeg calls them. Not those that name other files (playlists of HLS and DASH, lists for `concat`): they are
 * known by their content, whatever the file is called, and what a stranger's recording names is not for us to open.
 */
const CONTAINERS: readonly string[] = [
  ...['mov', 'mp4', '3gp', 'matroska', 'webm', 'avi', 'mpegts', 'mpeg', 'mpegvideo', 'flv', 'asf', 'ogg', 'mxf', 'nut', 'rm', 'dv', 'wtv'],
  ...['h264', 'hevc', 'm4v', 'h263', 'ivf', 'av1', 'obu', 'vc1', 'mjpeg', 'mjpeg_2000', 'mpjpeg', 'yuv4mpegpipe', 'gif', 'apng', 'dhav', 'swf'],
  ...[PICTURES, 'jpeg_pipe', 'jpegls_pipe', 'j2k_pipe', 'png_pipe', 'webp_pipe', 'bmp_pipe', 'tiff_pipe', 'pam_pipe', 'ppm_pipe', 'pgm_pipe'],
];

/** A path with this in it, be it in the name of a folder, is taken for a numbered series or a pattern by `image2`, which then reads other files; no other path is. */
const LIKE_A_SERIES = /%(?:\d*d|[*?[\]{}])/;
const NAME_OF_A_PICTURE = /\.(?:jpe?g|png|webp|bmp|tiff?|p[bgnp]m|pam|jp2|jls|tga|pcx|sgi|dpx|exr|xwd)$/i;
const NAME_OF_A_GIF = /\.gif$/i;

/**
 * The arguments of the child that reads one recording from its beginning to its end, as fast as its pictures are taken: the same pictures on the same
 * pipes as of a camera. Times begin with 0 at the start of the file, as players show them; its rotation is applied. What stands on `pipe:3` is not in a hurry.
 */
export function recordingArguments(input: RecordingInput, capabilities: FfmpegCapabilities): string[] {
  return [
    // `info` for the line that says how long the file is.
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+info'],
    ...(input.hwaccel === 'none' ? [] : ['-hwaccel', input.hwaccel]),
    ...['-threads', String(input.threads)],
    ...['-protocol_whitelist', 'file', ...formatOptions(input.file)],
    ...['-an', '-sn', '-dn', '-i', recordingUrl(input.file)],
    ...pictureOutputs(VIDEO, input, capabilities),
    ...['-map', VIDEO, '-c', 'copy', '-copyinkf', '-f', 'framecrc', `pipe:${PACKET_PIPE}`],
  ];
}

function formatOptions(file: string): readonly string[] {
  const among = (containers: readonly string[]) => ['-format_whitelist', containers.join(',')];
  if (!LIKE_A_SERIES.test(file)) return among(CONTAINERS);
  if (NAME_OF_A_GIF.test(file)) return [...among(CONTAINERS), '-f', 'gif'];
  if (NAME_OF_A_PICTURE.test(file)) return [...among(CONTAINERS), '-f', PICTURES, '-pattern_type', 'none'];
  return among(CONTAINERS.filter((container) => container !== PICTURES));
}
