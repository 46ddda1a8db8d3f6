import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamAddress } from '../../src/stream/stream-address.ts';
import { Secret } from '../../src/util/secret.ts';

const address = (url: string, username: string | null = null, password: string | null = null) =>
  streamAddress({ id: 'cam', url, username, password: password === null ? null : new Secret(password) });

describe('streamAddress', () => {
  it('knows the door of each kind of camera', () => {
    expect(address('rtsp://camera/a').endpoint).toEqual({ host: 'camera', port: 554 });
    expect(address('rtsps://[::1]:99/a').endpoint).toEqual({ host: '::1', port: 99 });
    expect(address('https://camera/a').endpoint).toEqual({ host: 'camera', port: 443 });
    expect(address('file:///a%20b.mp4')).toMatchObject({ input: 'file:/a b.mp4', endpoint: null });
  });

  it('leaves odd paths of cameras as they are', () => {
    expect(address('rtsp://camera/user=a&channel=1&stream=0.sdp?').input).toBe('rtsp://camera/user=a&channel=1&stream=0.sdp?');
  });

  it.each([
    'tcp://camera/',
    'concat:a|b',
    'rtsp://',
    'rtsp://cam era/',
    'rtsp://camera/\n',
    `rtsp://camera/${'a'.repeat(2048)}`,
    'rtsp://u:p@camera/',
    'file://host/a',
    'nonsense',
  ])('refuses %j', (url) => expect(() => address(url)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' })));

  it('carries any user and password to the camera unharmed, and shows neither', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme', minLength: 8 }), (username, password) => {
        const { input, shown } = address('rtsp://camera:1/path', username, password);
        const [, user = '', secret = ''] = /^rtsp:\/\/([^:@/]*):([^:@/]*)@camera:1\/path$/.exec(input) ?? [];
        expect([decodeURIComponent(user), decodeURIComponent(secret)]).toEqual([username, password]);
        expect(shown).toBe('rtsp://camera:1/path');
      }),
    );
  });
});
