import { describe, expect, it } from 'vitest';
import { type OriginFacts, refusalOf } from '../../src/http/origin-policy.ts';

const policy = { boundHost: '192.0.2.7', allowedHosts: ['cams.example', 'other.example:8443'], allowedOrigins: ['https://panel.example'] };
const facts = (over: Partial<OriginFacts>): OriginFacts => ({
  host: '192.0.2.7:8787',
  origin: undefined,
  fetchSite: undefined,
  localAddress: '192.0.2.7',
  changes: false,
  ...over,
});

describe('refusalOf by Host', () => {
  it.each([
    'localhost',
    'localhost:8787',
    'LOCALHOST:1',
    '127.0.0.1:8787',
    '127.9.9.9',
    '[::1]:8787',
    '192.0.2.7',
    'cams.example',
    'cams.example.',
    'CAMS.example:99',
    'other.example:8443',
  ])('lets %s in', (host) => {
    expect(refusalOf(facts({ host }), policy)).toBeNull();
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    'evil.example:8787',
    'other.example',
    'other.example:1',
    'cams.example.evil',
    'a b',
    'user@localhost',
    'localhost:port',
    '192.0.2.8',
    '127.0.0.1.evil.example',
  ])('refuses %s', (host) => {
    expect(refusalOf(facts({ host }), policy)).not.toBeNull();
  });

  it('takes the address literal at which the connection arrived, also of a dual-stack socket', () => {
    const open = { ...policy, boundHost: '0.0.0.0' };
    expect(refusalOf(facts({ host: '198.51.100.4:8787', localAddress: '::ffff:198.51.100.4' }), open)).toBeNull();
    expect(refusalOf(facts({ host: '198.51.100.5:8787', localAddress: '::ffff:198.51.100.4' }), open)).not.toBeNull();
  });
});

describe('refusalOf by Origin', () => {
  it.each(['http://192.0.2.7:8787', 'https://panel.example', 'https://panel.example:443'])('lets %s in', (origin) => {
    expect(refusalOf(facts({ origin }), policy)).toBeNull();
  });

  it.each([
    'null',
    '',
    'https://evil.example',
    'http://192.0.2.7:8788',
    'http://192.0.2.7',
    'http://panel.example',
    'https://panel.example.evil',
    'file://192.0.2.7:8787',
    'http://localhost:8787',
  ])('refuses %s', (origin) => {
    expect(refusalOf(facts({ origin }), policy)).not.toBeNull();
  });

  it('knows the usual ports: behind a proxy that ends TLS the Host has none and the origin is https', () => {
    expect(refusalOf(facts({ host: 'cams.example', origin: 'https://cams.example' }), policy)).toBeNull();
    expect(refusalOf(facts({ host: 'cams.example', origin: 'https://cams.example:8443' }), policy)).not.toBeNull();
    expect(refusalOf(facts({ host: 'cams.example', origin: 'http://cams.example' }), policy)).toBeNull();
    expect(refusalOf(facts({ host: 'cams.example:443', origin: 'https://cams.example' }), policy)).toBeNull();
  });
});

describe('refusalOf by Sec-Fetch-Site', () => {
  it.each([
    ['cross-site', true, false],
    ['same-site', true, false],
    ['same-origin', true, true],
    ['none', true, true],
    [undefined, true, true],
    ['cross-site', false, true],
  ])('%s, changes: %s → let in: %s', (fetchSite, changes, isLetIn) => {
    expect(refusalOf(facts({ fetchSite, changes }), policy) === null).toBe(isLetIn);
  });
});
