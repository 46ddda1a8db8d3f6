import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DigestGuard, digestResponse, parseAuthorization } from '../../src/demo/digest-auth.ts';
import { Secret } from '../../src/util/secret.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('digestResponse', () => {
  const rfc7616 = {
    username: 'Mufasa',
    realm: 'http-auth@example.org',
    password: 'Circle of Life',
    method: 'GET',
    uri: '/dir/index.html',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    auth: { nonceCount: '00000001', clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
  } as const;

  it('gives the answers of the example in RFC 7616, 3.9.1', () => {
    expect(digestResponse({ ...rfc7616, algorithm: 'MD5' })).toBe('8ca523f5e9506fed4657c9700eebdbec');
    expect(digestResponse({ ...rfc7616, algorithm: 'SHA-256' })).toBe('753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1');
  });

  it('leaves the counters out in the form of RFC 2069', () => {
    // The corrected example of RFC 2069 (errata 749).
    const login = { username: 'Mufasa', realm: 'testrealm@host.com', password: 'CircleOfLife', method: 'GET', uri: '/dir/index.html' };
    expect(digestResponse({ ...login, nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', algorithm: 'MD5', auth: null })).toBe(
      '1949323746fe6a43ef61f9606e7febea',
    );
  });
});

describe('parseAuthorization', () => {
  it('reads back what a client wrote, whatever stands in the quotes', () => {
    const text = fc.string({ maxLength: 20, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(fc.record({ username: text, realm: text, nonce: text, uri: text, response: text }), (values) => {
        const quoted = Object.entries(values).map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`);
        expect(parseAuthorization(`Digest ${quoted.join(', ')}`)).toEqual({ ...values, algorithm: 'MD5', auth: null });
      }),
    );
  });

  it.each([
    'Basic ZGVtbzpkZW1v',
    'Digest',
    'Digest username="a", realm="b", nonce="c", uri="d"',
    'Digest username="a", realm="b", nonce="c", uri="d", response="e", algorithm=SHA-512-256',
    'Digest username="a", realm="b", nonce="c", uri="d", response="e", qop=auth-int, nc=1, cnonce="f"',
    'Digest username="a", realm="b", nonce="c", uri="d", response="e", qop=auth',
  ])('refuses %s', (header) => {
    expect(parseAuthorization(header)).toBeNull();
  });
});

describe('DigestGuard', () => {
  const uri = 'rtsp://127.0.0.1/main';
  let clock: VirtualClock;
  let guard: DigestGuard;

  beforeEach(() => {
    clock = new VirtualClock();
    guard = new DigestGuard({ realm: 'demo', username: 'demo', password: new Secret('right') }, clock);
  });

  it('accepts the right password with MD5 and with SHA-256', () => {
    for (const challenge of guard.challenges(false)) expect(guard.check('DESCRIBE', uri, answer(challenge, 'right'))).toBe('accepted');
  });

  it('rejects a wrong password, another method, another URL and no login', () => {
    const [challenge = ''] = guard.challenges(false);
    expect(guard.check('DESCRIBE', uri, answer(challenge, 'wrong'))).toBe('rejected');
    expect(guard.check('PLAY', uri, answer(challenge, 'right'))).toBe('rejected');
    expect(guard.check('DESCRIBE', `${uri}2`, answer(challenge, 'right'))).toBe('rejected');
    expect(guard.check('DESCRIBE', uri, undefined)).toBe('missing');
    expect(guard.check('DESCRIBE', uri, 'Basic eDp5')).toBe('rejected');
  });

  it('calls a nonce stale when it is a minute old or of another connection, and says so in the next challenge', async () => {
    const [challenge = ''] = guard.challenges(false);
    await clock.advance(60_001);
    expect(guard.check('DESCRIBE', uri, answer(challenge, 'right'))).toBe('stale');
    expect(guard.challenges(true).every((next) => next.includes('stale=true'))).toBe(true);
    const other = new DigestGuard({ realm: 'demo', username: 'demo', password: new Secret('right') }, clock);
    const [elsewhere = ''] = other.challenges(false);
    expect(guard.check('DESCRIBE', uri, answer(elsewhere, 'right'))).toBe('stale');
    expect(guard.check('DESCRIBE', uri, answer(elsewhere, 'wrong'))).toBe('rejected');
  });

  function answer(challenge: string, password: string): string {
    const nonce = /nonce="(\w+)"/.exec(challenge)?.[1] ?? '';
    const algorithm = challenge.includes('SHA-256') ? 'SHA-256' : 'MD5';
    const auth = challenge.includes('qop') ? { nonceCount: '00000001', clientNonce: 'abc' } : null;
    const response = digestResponse({ username: 'demo', realm: 'demo', nonce, uri, algorithm, auth, method: 'DESCRIBE', password });
    const quality = auth ? `, qop=auth, nc=${auth.nonceCount}, cnonce="${auth.clientNonce}"` : '';
    return `Digest username="demo", realm="demo", nonce="${nonce}", uri="${uri}", response="${response}", algorithm=${algorithm}${quality}`;
  }
});
