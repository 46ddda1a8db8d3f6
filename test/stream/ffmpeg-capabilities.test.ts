import { describe, expect, it } from 'vitest';
import { readCapabilities } from '../../src/stream/ffmpeg-capabilities.ts';

describe('readCapabilities', () => {
  it('reads version 5 and newer', () => {
    const rtsp = 'Demuxer rtsp [RTSP input]:\nRTSP demuxer AVOptions:\n  -timeout           <int64>      .D......... set timeout\n';
    expect(
      readCapabilities(
        'ffmpeg',
        'ffmpeg version 5.1.9-0+deb12u1 Copyright',
        rtsp,
        '-fps_mode           set framerate mode\n-cpucount count     force\n',
      ),
    ).toEqual({
      version: '5.1.9-0+deb12u1',
      rtspTimeoutOption: '-timeout',
      frameRateModeOption: '-fps_mode',
      takesProcessorCount: true,
      warning: null,
    });
  });

  it('reads version 4, where -timeout means to listen, and warns of its holes', () => {
    const rtsp = 'RTSP demuxer AVOptions:\n  -timeout <int> .D...... set maximum timeout (listen)\n  -stimeout <int> .D...... set timeout\n';
    expect(readCapabilities('ffmpeg', 'ffmpeg version 4.4.2', rtsp, '-vsync              video sync method\n')).toMatchObject({
      rtspTimeoutOption: '-stimeout',
      frameRateModeOption: '-vsync',
      takesProcessorCount: false,
      warning: expect.stringContaining('4.4.2'),
    });
  });

  it('refuses what is not ffmpeg, and one without RTSP', () => {
    expect(() => readCapabilities('/bin/true', '', '', '')).toThrow(expect.objectContaining({ code: 'FFMPEG_UNUSABLE' }));
    expect(() => readCapabilities('ffmpeg', 'ffmpeg version 6.0', 'Unknown format', '')).toThrow(
      expect.objectContaining({ code: 'FFMPEG_UNUSABLE' }),
    );
  });
});
