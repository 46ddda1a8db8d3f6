import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { querySecrets, splitCredentials, urlFault } from '../../src/config/source-url.ts';

const SCHEMES = ['rtsp', 'rtsps', 'http', 'https', 'file'];

describe('urlFault', () => {
  it.each([
    'rtsp://192.168.1.20:554/stream1',
    'RTSP://Camera.local/x',
    'rtsps://[fe80::1]:322/x',
    'rtsp://user:p%40ss@host/x?channel=1&subtype=0',
    'http://host/video.mjpg?user=a&pwd=b',
    'https://host/live/index.m3u8',
    'file:///clips/a%20b.mp4',
    'file:clip.mp4',
    'file:../clip.mp4',
  ])('accepts %s', (url) => expect(urlFault(url, SCHEMES)).toBeNull());

  it.each([
    ['', 'scheme'],
    ['192.168.1.20/stream', 'scheme'],
    ['ftp://host/x', 'scheme'],
    ['concat:a.ts|b.ts', 'scheme'],
    ['subfile,,start,0:/etc/passwd', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['rtsp:host/x', 'not a URL'],
    ['rtsp:///x', 'no host'],
    ['rtsp://host:99999/x', 'not a URL'],
    ['rtsp://ho st/x', 'not a URL'],
    ['rtsp://host/x\n', 'control character'],
    ['rtsp://host/\u0000', 'control character'],
    ['rtsp://host/\u0085', 'control character'],
    ['rtsp://admin:12/34@host/x', '@ behind'],
    ['rtsp://admin:1#4@host/x', '@ behind'],
    ['file://server/share/x.mp4', 'local file'],
    ['file:///', 'not a file URL'],
    ['file:///a%2fb', 'local file'],
    ['file:///a?b', '? or #'],
    [`rtsp://host/${'x'.repeat(2048)}`, 'too long'],
    [`rtsp://host/${'é'.repeat(1020)}`, 'too long'],
  ])('refuses %j', (url, expected) => expect(urlFault(url, SCHEMES)?.wrong).toContain(expected));

  it('refuses whatever scheme is not listed', () => {
    expect(urlFault('file:///x', ['rtsp'])?.wrong).toContain('scheme');
  });

  it('never throws, and what it accepts can be split', () => {
    const near = fc.tuple(fc.constantFrom(...SCHEMES, 'ftp', ''), fc.constantFrom(':', '://', ':///'), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(near, (parts) => {
        const url = parts.join('');
        if (urlFault(url, SCHEMES) === null) expect(splitCredentials(url, '/f').url).toMatch(/^(rtsps?|https?|file):\/\//);
      }),
    );
  });
});

describe('splitCredentials', () => {
  it('moves any user name and password out of the URL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'grapheme', minLength: 1 }), (username, password) => {
        const url = `rtsp://${encodeURIComponent(username)}:${encodeURIComponent(password)}@host:554/x`;
        expect(urlFault(url, SCHEMES)).toBeNull();
        expect(splitCredentials(url, '/f')).toEqual({ url: 'rtsp://host:554/x', credentials: { username, password } });
      }),
    );
  });

  it('takes a badly encoded password as it is', () => {
    expect(splitCredentials('rtsp://a:50%zz@host/x', '/f').credentials.password).toBe('50%zz');
  });

  it('makes a relative file absolute', () => {
    expect(splitCredentials('file:a b/clip.mp4', '/etc/fw').url).toBe('file:///etc/fw/a%20b/clip.mp4');
    expect(splitCredentials('file:../clip.mp4', '/etc/fw').url).toBe('file:///etc/clip.mp4');
    expect(splitCredentials('file:///clip.mp4', '/etc/fw').url).toBe('file:///clip.mp4');
    expect(splitCredentials('file:/clip.mp4', '/etc/fw').url).toBe('file:///clip.mp4');
  });
});

describe('querySecrets', () => {
  it('finds the values of telling parameters, raw and decoded', () => {
    expect(querySecrets('http://h/v?user=admin&pwd=a%40b&size=3')).toEqual(['a%40b', 'a@b']);
    expect(querySecrets('http://h/v')).toEqual([]);
  });
});
