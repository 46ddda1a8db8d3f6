import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Access } from '../../src/http/access.ts';
import { Secret } from '../../src/util/secret.ts';
import { httpConfig } from '../helpers/http-stage.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const TOKEN = 'k'.repeat(43);

function request(headers: Record<string, string>, remoteAddress = '198.51.100.7'): IncomingMessage {
  return {
    method: 'GET',
    headers: { host: 'localhost', ...headers },
    socket: { remoteAddress, localAddress: '127.0.0.1' },
  } as unknown as IncomingMessage;
}

const access = (over: Parameters<typeof httpConfig>[1] = {}, token: string | null = TOKEN) =>
  new Access(httpConfig('/nonexistent', over), token === null ? null : new Secret(token), new VirtualClock());

describe('Access', () => {
  it('finds its cookie among others', () => {
    const one = access();
    const login = one.login(request({}), TOKEN);
    const cookie = login.kind === 'accepted' ? (login.setCookie?.split(';')[0] ?? '') : '';
    expect(one.identify(request({ cookie: `a=b; ${cookie} ;c=d` }))?.session).toBeTypeOf('string');
    expect(one.identify(request({ cookie: `x${cookie}` }))).toBeNull();
    expect(one.identify(request({ cookie: 'framewatch_session=' }))).toBeNull();
    // A bearer that is wrong is not mended by a cookie that is right.
    expect(one.identify(request({ cookie, authorization: 'Bearer wrong' }))).toBeNull();
  });

  it('marks the cookie Secure where the browser speaks TLS', () => {
    const cookieOf = (one: Access, headers: Record<string, string> = {}) => {
      const outcome = one.login(request(headers), TOKEN);
      return outcome.kind === 'accepted' ? outcome.setCookie : null;
    };
    const proto = { 'x-forwarded-proto': 'https' };
    expect(cookieOf(access())).not.toContain('Secure');
    expect(cookieOf(access(), proto)).not.toContain('Secure');
    expect(cookieOf(access({ trustProxy: true }), proto)).toContain('Secure');
    expect(cookieOf(access({ tls: { cert: '/c', key: '/k' } }))).toContain('Secure');
  });

  it('counts logins by address: behind a proxy by the one it names, never by one the client names', () => {
    const direct = access();
    const proxied = access({ trustProxy: true });
    for (let i = 0; i < 6; i++) {
      const headers = { 'x-forwarded-for': `203.0.113.${i}` };
      expect(direct.login(request(headers), 'wrong').kind).toBe(i < 5 ? 'wrongToken' : 'tooMany');
      expect(proxied.login(request(headers), 'wrong').kind).toBe('wrongToken');
    }
    const forged = access({ trustProxy: true });
    for (let i = 0; i < 6; i++) {
      const headers = { 'x-forwarded-for': `203.0.113.${i}, 192.0.2.1` };
      expect(forged.login(request(headers), 'wrong').kind).toBe(i < 5 ? 'wrongToken' : 'tooMany');
    }
  });

  it('takes the forwarded host from a trusted proxy only', () => {
    const headers = { host: 'inner', 'x-forwarded-host': 'cams.example' };
    const allowedHosts = ['cams.example'];
    expect(access({ allowedHosts, trustProxy: true }).refusal(request(headers))).toBeNull();
    expect(access({ allowedHosts }).refusal(request(headers))).not.toBeNull();
  });

  it('lets everybody in without a token to ask for', () => {
    const open = access({}, null);
    expect(open.required).toBe(false);
    expect(open.identify(request({}))).toEqual({ session: null });
    expect(open.login(request({}), 'anything')).toEqual({ kind: 'accepted', setCookie: null });
  });
});
