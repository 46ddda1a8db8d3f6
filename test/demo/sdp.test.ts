import { describe, expect, it } from 'vitest';
import { describeVideo } from '../../src/demo/sdp.ts';

describe('describeVideo', () => {
  it('describes one H.264 track with everything a decoder needs before the first packet', () => {
    const stream = { sps: Buffer.from('6764001fac', 'hex'), pps: Buffer.from('68ebe3cb', 'hex') };
    expect(describeVideo({ name: 'Front\r\ndoor', host: '127.0.0.1', sessionId: 1, framesPerSecond: 12, stream }).split('\r\n')).toEqual([
      'v=0',
      'o=- 1 1 IN IP4 127.0.0.1',
      's=Front  door',
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'a=control:*',
      'a=range:npt=now-',
      'm=video 0 RTP/AVP 96',
      'a=rtpmap:96 H264/90000',
      'a=fmtp:96 packetization-mode=1;profile-level-id=64001F;sprop-parameter-sets=Z2QAH6w=,aOvjyw==',
      'a=framerate:12',
      'a=control:trackID=0',
      '',
    ]);
  });
});
