import { describe, expect, it } from 'vitest';
import { analysisMs, type FfmpegInput, ffmpegArguments } from '../../src/stream/ffmpeg-arguments.ts';
import { streamAddress } from '../../src/stream/stream-address.ts';
import { Secret } from '../../src/util/secret.ts';
import { CAPABILITIES } from '../helpers/ffmpeg-capabilities.ts';

function argumentsFor(url: string, about: Partial<FfmpegInput> = {}): string[] {
  const address = streamAddress({ id: 'cam', url, username: 'us@r', password: new Secret("p:/'%") });
  return ffmpegArguments(
    { address, transport: 'tcp', decode: 'all', sampleFps: 2, frameWidth: 640, hwaccel: 'none', learned: new Set(), ...about },
    CAPABILITIES,
  );
}

const optionOf = (args: readonly string[], option: string) => args[args.indexOf(option) + 1];

describe('ffmpegArguments', () => {
  it('puts the credentials, percent-encoded, into the input and nowhere else', () => {
    const args = argumentsFor('rtsp://camera:8554/a/b?c=$&');
    expect(optionOf(args, '-i')).toBe("rtsp://us%40r:p%3A%2F'%25@camera:8554/a/b?c=$&");
    expect(args.filter((arg) => arg.includes('us%40r'))).toHaveLength(1);
  });

  it.each([
    ['rtsp://c/', 'tcp,tls,udp,rtp,srtp,crypto'],
    ['rtsps://c/', 'tcp,tls,udp,rtp,srtp,crypto'],
    ['http://c/', 'http,https,tcp,tls,crypto'],
    ['https://c/', 'http,https,tcp,tls,crypto'],
    ['file:///clip.mp4', 'file'],
  ])('lets %s use its protocols only', (url, protocols) => {
    const args = argumentsFor(url);
    expect(optionOf(args, '-protocol_whitelist')).toBe(protocols);
    expect(args.indexOf('-protocol_whitelist')).toBeLessThan(args.indexOf('-i'));
    for (const flag of ['-nostdin', '-an', '-sn', '-dn']) expect(args.indexOf(flag)).toBeLessThan(args.indexOf('-i'));
  });

  it('never tells the decoder to give up on an error', () => {
    const args = argumentsFor('rtsp://c/', { decode: 'keyframes', hwaccel: 'cuda' });
    expect(args).not.toContain('-xerror');
    expect(args).not.toContain('-err_detect');
    expect(optionOf(args, '-skip_frame')).toBe('nokey');
    expect(optionOf(args, '-hwaccel')).toBe('cuda');
  });

  it('plays a file round and round at its own pace, and a live stream with its own times', () => {
    expect(argumentsFor('file:///clip.mp4')).toEqual(expect.arrayContaining(['-re', '-stream_loop']));
    expect(argumentsFor('file:///clip.mp4')).not.toContain('-copyts');
    expect(argumentsFor('rtsp://c/')).toContain('-copyts');
  });

  it('plays the segments of a playlist at their own pace, and looks longer at a stream that taught it to', () => {
    const playlist = argumentsFor('https://c/live/index.M3U8?token=1');
    expect(playlist).toContain('-re');
    expect(playlist).not.toContain('-copyts');
    expect(playlist).not.toContain('-stream_loop');
    expect(argumentsFor('http://c/video.mjpg')).not.toContain('-re');
    const learned = new Set(['analyseLonger'] as const);
    expect(optionOf(argumentsFor('rtsp://c/', { learned }), '-analyzeduration')).toBe(String(analysisMs(learned) * 1000));
  });

  it('encodes raw pictures in one thread: more would hold each back by one sample', () => {
    const args = argumentsFor('rtsp://c/');
    const outputs = args.slice(args.indexOf('-filter_complex'));
    expect(outputs.filter((arg) => arg === '-threads')).toHaveLength(2);
  });
});
