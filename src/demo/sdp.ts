import type { H264Stream } from './h264-bitstream.ts';

/** RTP payload type of the video, from the dynamic range (RFC 3551). */
export const VIDEO_PAYLOAD_TYPE = 96;
/** The URL of the only track, relative to the mount. */
export const TRACK_CONTROL = 'trackID=0';

/** The session description (RFC 8866) of one live H.264 track; the `fmtp` line is that of RFC 6184, 8.2.1. */
export function describeVideo(video: {
  readonly name: string;
  readonly host: string;
  /** Any number that stays the same while the stream does. */
  readonly sessionId: number;
  readonly framesPerSecond: number;
  readonly stream: Pick<H264Stream, 'sps' | 'pps'>;
}): string {
  const { sps, pps } = video.stream;
  const lines = [
    'v=0',
    `o=- ${video.sessionId} 1 IN IP4 ${video.host}`,
    `s=${video.name.replace(/[\r\n]/g, ' ') || '-'}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${VIDEO_PAYLOAD_TYPE}`,
    `a=rtpmap:${VIDEO_PAYLOAD_TYPE} H264/90000`,
    `a=fmtp:${VIDEO_PAYLOAD_TYPE} packetization-mode=1;profile-level-id=${sps.toString('hex', 1, 4).toUpperCase()};` +
      `sprop-parameter-sets=${sps.toString('base64')},${pps.toString('base64')}`,
    `a=framerate:${video.framesPerSecond}`,
    `a=control:${TRACK_CONTROL}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}
