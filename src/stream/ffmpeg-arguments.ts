import type { FfmpegConfig } from '../config/config.ts';
import type { FfmpegCapabilities } from './ffmpeg-capabilities.ts';
import type { DecodeMode } from './source.ts';
import type { StreamAddress, StreamScheme } from './stream-address.ts';

/**
 * What an earlier attempt showed about a stream.
 * `stampOnArrival`: it carries no times, so packets get that of their reading (wrong for any stream with B-frames).
 * `analyseLonger`: its description does not say enough; look longer at the stream before reading it.
 */
export type Lesson = 'stampOnArrival' | 'analyseLonger';

export interface WantedPictures {
  /** At most so many frames a second, > 0; null: all. */
  readonly sampleFps: number | null;
  /** Width of the pictures; the height follows, rounded to an even number. */
  readonly frameWidth: number;
}

export interface FfmpegInput extends WantedPictures {
  readonly address: StreamAddress;
  readonly transport: 'tcp' | 'udp';
  readonly decode: DecodeMode;
  readonly hwaccel: FfmpegConfig['hwaccel'];
  readonly learned: ReadonlySet<Lesson>;
}

/** For how long ffmpeg may look at a stream, once it is connected, before the first packet comes out, ms. */
export function analysisMs(learned: ReadonlySet<Lesson>): number {
  return analysisUs(learned) / 1000;
}

/** Which descriptor of the child carries what. */
const RAW_PIPE = 1;
export const PACKET_PIPE = 3;
export const FRAME_PIPE = 4;

/** All frame times leave ffmpeg in this clock, that of RTP video, so that they can be matched with the packets' exactly. */
const FRAME_TICKS_PER_SECOND = 90_000;

/** ffmpeg gives up on a silent socket after this long; only a second net below our own watchdog (it is late by up to five times). */
const SOCKET_TIMEOUT_US = 10_000_000;

/**
 * How long ffmpeg looks at a stream before it hands on the first packet. What comes meanwhile would wait inside and come out in one rush, up to 5 s
 * old; and RTSP's first packet has no time, after which the decoder, when it reorders, labels every picture with the time of a later packet (measured:
 * 2 s too young). Both are cured by throwing away what was looked at (`nobuffer`), at the price of waiting for the next key frame.
 */
const ANALYSIS_US = 300_000;
const LONGER_ANALYSIS_US = 8_000_000;

const PROTOCOLS: Record<StreamScheme, string> = {
  rtsp: 'tcp,tls,udp,rtp,srtp,crypto',
  rtsps: 'tcp,tls,udp,rtp,srtp,crypto',
  http: 'http,https,tcp,tls,crypto',
  https: 'http,https,tcp,tls,crypto',
  file: 'file',
};

/**
 * The arguments of the one child that reads a camera: three outputs of one session.
 * `pipe:1` raw RGB24 pictures, `pipe:4` one framecrc line for each of them, `pipe:3` one framecrc line for each packet of the stream.
 * The last one is for passing to `spawn` only: it holds the password.
 */
export function ffmpegArguments(input: FfmpegInput, capabilities: FfmpegCapabilities): string[] {
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning'],
    ...inputArguments(input, capabilities),
    ...pictureOutputs('0:v:0', input, capabilities),
    ...['-map', '0:v:0', '-c', 'copy', '-copyinkf', '-flush_packets', '1', '-f', 'framecrc', `pipe:${PACKET_PIPE}`],
  ];
}

/** The pictures that are wanted of a stream, on `pipe:1`, and their lines, on `pipe:4`: the same for cameras and recordings, so that the network sees the same. */
export function pictureOutputs(stream: string, wanted: WantedPictures, { frameRateModeOption }: FfmpegCapabilities): string[] {
  const passthrough = [frameRateModeOption, 'passthrough', '-threads', '1', '-enc_time_base', `1:${FRAME_TICKS_PER_SECOND}`];
  return [
    ...['-filter_complex', filterGraph(stream, wanted)],
    // `-threads 1` stands among the *output* options: the rawvideo encoder is frame-threaded and would hold each picture back by one sample.
    ...['-map', '[picture]', ...passthrough, '-pix_fmt', 'rgb24', '-flush_packets', '1', '-f', 'rawvideo', `pipe:${RAW_PIPE}`],
    ...['-map', '[line]', ...passthrough, '-pix_fmt', 'rgb24', '-flush_packets', '1', '-f', 'framecrc', `pipe:${FRAME_PIPE}`],
  ];
}

function inputArguments(input: FfmpegInput, capabilities: FfmpegCapabilities): string[] {
  const { isReadAhead } = input.address;
  return [
    // What can be read ahead is read at its own pace: else a whole segment comes out at once and then nothing until the next. Its times may start
    // anywhere: in older versions, with `-copyts`, what starts at one hour would be waited for, for an hour.
    ...(isReadAhead ? ['-re'] : ['-copyts', '-fflags', '+nobuffer']),
    ...(input.hwaccel === 'none' ? [] : ['-hwaccel', input.hwaccel]),
    ...['-threads', '1'],
    ...(input.decode === 'keyframes' ? ['-skip_frame', 'nokey'] : []),
    ...accessArguments(input, capabilities),
    ...['-analyzeduration', String(analysisUs(input.learned)), '-fpsprobesize', '0'],
    ...(input.learned.has('stampOnArrival') ? ['-use_wallclock_as_timestamps', '1'] : []),
    ...['-an', '-sn', '-dn', '-i', input.address.input],
  ];
}

/** How a camera is reached, whatever is made of its stream: the protocols that are allowed, the transport, and when to give up. Options of the input. */
export function accessArguments(
  { address: { scheme }, transport }: Pick<FfmpegInput, 'address' | 'transport'>,
  capabilities: FfmpegCapabilities,
): string[] {
  const network = {
    rtsp: ['-rtsp_transport', transport, '-allowed_media_types', 'video', capabilities.rtspTimeoutOption, String(SOCKET_TIMEOUT_US)],
    http: ['-rw_timeout', String(SOCKET_TIMEOUT_US)],
    file: ['-stream_loop', '-1'],
  };
  const kind = scheme === 'rtsps' ? 'rtsp' : scheme === 'https' ? 'http' : scheme;
  return ['-protocol_whitelist', PROTOCOLS[scheme], ...network[kind]];
}

function analysisUs(learned: ReadonlySet<Lesson>): number {
  return learned.has('analyseLonger') ? LONGER_ANALYSIS_US : ANALYSIS_US;
}

/**
 * Time is cut into cells of 1/sampleFps, the first frame in the middle of its cell, and the first frame of each cell is taken. So the mean rate
 * is exact whatever the camera's own, and a camera that delivers just sampleFps loses none to jitter. Unlike `fps`, nothing is ever repeated.
 */
function filterGraph(stream: string, { sampleFps, frameWidth }: WantedPictures): string {
  const cell = (time: string) => `floor((${time}-start_t)*${sampleFps}+0.5)`;
  const select = sampleFps === null ? '' : `select='isnan(prev_selected_t)+not(eq(${cell('t')},${cell('prev_selected_t')}))',`;
  return `[${stream}]${select}scale=${frameWidth}:-2,split[picture][line]`;
}
