import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpServer } from '../../src/http/http-server.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { type Stage, type StageOptions, startStage } from '../helpers/http-stage.ts';

const stages: Stage[] = [];

async function stage(options?: StageOptions): Promise<Stage> {
  const started = await startStage(options);
  stages.push(started);
  return started;
}

afterEach(async () => {
  for (const one of stages.splice(0)) await one.close();
});

/** fetch() sets Host, Origin and Sec-Fetch-Site itself; this sends what it is told. */
function raw(port: number, headers: Record<string, string>, target = '/livez', method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('HttpServer.start', () => {
  it('says which port is taken', async () => {
    const first = await stage();
    await expect(stage({ config: { port: first.server.port } })).rejects.toMatchObject({
      code: 'HTTP_PORT_IN_USE',
      message: expect.stringContaining(String(first.server.port)),
    });
  });

  it('says when the address is not one of this machine', async () => {
    await expect(stage({ config: { host: '203.0.113.1' } })).rejects.toMatchObject({ code: 'HTTP_ADDRESS_UNAVAILABLE' });
  });

  it('refuses to be open on a public address', async () => {
    const auth = { mode: 'none', tokenFile: '/nonexistent' } as const;
    await expect(stage({ config: { host: '0.0.0.0', auth } })).rejects.toMatchObject({ code: 'HTTP_INSECURE' });
    const open = await stage({ config: { auth } });
    expect((await open.get('/api/cameras', { headers: {} })).status).toBe(200);
  });

  it('serves TLS when it has a certificate, and says when it is none', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'framewatch-tls-'));
    const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
    expect(spawnSync('openssl', [...made, '-keyout', key, '-out', cert]).status).toBe(0);
    const { server } = await stage({ config: { tls: { cert, key } } });
    const status = await new Promise((resolve, reject) => {
      const sent = tlsRequest(`${server.url}/livez`, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end();
    });
    expect(status).toBe(200);
    await expect(stage({ config: { tls: { cert: key, key: cert } } })).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    await rm(folder, { recursive: true });
  });

  it('does nothing before it is started', async () => {
    const { server } = await stage();
    expect(server).toBeInstanceOf(HttpServer);
    const idle = new HttpServer({} as never);
    expect(idle.port).toBe(0);
    await idle.close();
  });

  it('closes within a second although clients hang on, and again', async () => {
    const one = await startStage();
    const client = await one.connect();
    const idle = connect(one.server.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.on('error', () => {});
    const begun = performance.now();
    await one.close();
    expect(performance.now() - begun).toBeLessThan(1000);
    expect(await client.closed).toBe(1001);
    await one.server.close();
    idle.destroy();
  });
});

describe('access', () => {
  const open = ['/livez', '/readyz', '/login'];
  const closed = [
    '/api/cameras',
    '/api/cameras/front_door',
    '/api/cameras/front_door/snapshot.jpg',
    '/api/events',
    '/api/stats',
    '/metrics',
    '/assets/index-0123abcd.js',
  ];
  const closedToo = ['/api/events/01JD8Q4Z3M5R7T9V1X2Y4Z6A8B', '/api/events/01JD8Q4Z3M5R7T9V1X2Y4Z6A8B/snapshot.jpg', '/nowhere'];

  it('opens probes and the login page to everybody, nothing else', async () => {
    const { get } = await stage();
    for (const target of open) expect([200, 404], target).toContain((await get(target, { headers: {} })).status);
    for (const target of [...closed, ...closedToo]) expect((await get(target, { headers: {} })).status, target).toBe(401);
    const home = await get('/', { headers: {} });
    expect([home.status, home.headers.get('location')]).toEqual([302, '/login']);
    const camera = await get('/camera/front_door', { headers: {} });
    expect([camera.status, camera.headers.get('location')]).toEqual([302, '/login?next=%2Fcamera%2Ffront_door']);
    expect((await get('/logout', { method: 'POST', headers: {} })).status).toBe(401);
  });

  it.each([
    ['the token', (token: string) => ({ Authorization: `Bearer ${token}` }), 200],
    ['the token, other case of the scheme', (token: string) => ({ Authorization: `bearer ${token}` }), 200],
    ['a wrong token', (token: string) => ({ Authorization: `Bearer ${token.slice(1)}x` }), 401],
    ['a token that begins right', (token: string) => ({ Authorization: `Bearer ${token}x` }), 401],
    ['an empty token', () => ({ Authorization: 'Bearer ' }), 401],
    ['Basic', (token: string) => ({ Authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` }), 401],
    ['the token as cookie', (token: string) => ({ Cookie: `framewatch_session=${token}` }), 401],
    ['the token in the query', () => ({}), 401],
  ])('with %s', async (_, headersOf, status) => {
    const { get, token, connect: open } = await stage();
    const headers = headersOf(token) as Record<string, string>;
    expect((await get(`/api/cameras?token=${token}`, { headers })).status).toBe(status);
    const upgrade = open(`/ws?token=${token}`, headers);
    if (status === 200) await upgrade;
    else await expect(upgrade).rejects.toThrow('401');
  });

  it('logs a browser in and out', async () => {
    const { get, token, connect: open } = await stage();
    const json = { 'Content-Type': 'application/json' };
    const login = (body: string, headers: Record<string, string> = json) => get('/login', { method: 'POST', headers, body });
    expect((await login(JSON.stringify({ token: 'wrong' }))).status).toBe(401);
    expect((await login('{"token":7}')).status).toBe(400);
    expect((await login('nonsense')).status).toBe(400);
    expect((await login(`token=${token}`, { 'Content-Type': 'application/x-www-form-urlencoded' })).status).toBe(400);
    const accepted = await login(JSON.stringify({ token }));
    const setCookie = accepted.headers.get('set-cookie') ?? '';
    expect(accepted.status).toBe(200);
    expect(setCookie).toMatch(/^framewatch_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const headers = { Cookie: setCookie.split(';')[0] ?? '' };
    expect((await get('/api/cameras', { headers })).status).toBe(200);
    const client = await open('/ws', headers);
    const other = await open('/ws');
    expect((await get('/logout', { method: 'POST', headers })).headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await get('/api/cameras', { headers })).status).toBe(401);
    expect(await client.closed).toBe(1008);
    expect(other.socket.readyState).toBe(other.socket.OPEN);
  });

  it('limits logins', async () => {
    const { get, token } = await stage();
    const login = (word: string) =>
      get('/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: word }) });
    for (let i = 0; i < 5; i++) expect((await login('wrong')).status).toBe(401);
    const refused = await login(token);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('set-cookie')).toBeNull();
  });

  it.each([
    [{ Host: 'localhost' }, 200],
    [{ Host: 'cams.example' }, 200],
    [{ Host: 'evil.example' }, 403],
    [{ Host: 'localhost', Origin: 'http://evil.example' }, 403],
    [{ Host: 'localhost', Origin: 'null' }, 403],
    [{ Host: 'localhost', 'X-Forwarded-Host': 'cams.example' }, 200],
    [{ Host: 'evil.example', 'X-Forwarded-Host': 'cams.example' }, 403],
  ])('by name and origin: %j gives %i', async (headers, status) => {
    const { server, token, connect: open } = await stage({ config: { allowedHosts: ['cams.example'] } });
    expect(await raw(server.port, headers)).toBe(status);
    const upgrade = open('/ws', { ...headers, Authorization: `Bearer ${token}` });
    if (status === 200) await upgrade;
    else await expect(upgrade).rejects.toThrow('403');
  });

  it('lets no other site change anything', async () => {
    const { server, token } = await stage();
    const headers = { Host: 'localhost', Authorization: `Bearer ${token}` };
    expect(await raw(server.port, { ...headers, 'Sec-Fetch-Site': 'cross-site' }, '/logout', 'POST')).toBe(403);
    expect(await raw(server.port, { ...headers, 'Sec-Fetch-Site': 'same-origin' }, '/logout', 'POST')).toBe(200);
  });

  it('sets the headers on every answer, refusals too', async () => {
    const { get } = await stage();
    for (const target of ['/api/cameras', '/nowhere', '/livez', '/api/events?limit=x', '/login']) {
      const { headers } = await get(target);
      expect(headers.get('content-security-policy'), target).toContain("default-src 'none'; script-src 'self'");
      expect(headers.get('x-content-type-options'), target).toBe('nosniff');
      expect(headers.get('referrer-policy'), target).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin'), target).toBeNull();
    }
  });
});

describe('limits', () => {
  it('refuses large bodies and headers', async () => {
    const { get, server } = await stage();
    const headers = { 'Content-Type': 'application/json' };
    const large = JSON.stringify({ token: 'x'.repeat(70_000) });
    expect((await get('/login', { method: 'POST', headers, body: large })).status).toBe(413);
    expect(await raw(server.port, { Host: 'localhost', 'X-Large': 'x'.repeat(9000) })).toBe(431);
  });

  it.each([
    ['POST', '/login', ['{"token":', '"wrong"}'], 401],
    ['POST', '/login', ['{"token":"', 'x'.repeat(40_000), 'x'.repeat(40_000), '"}'], 413],
    ['POST', '/logout', ['a body that nobody asked for'], 401],
    ['DELETE', '/login', [''], 404],
  ] as const)('answers a body in chunks as any other: %s %s', async (method, target, pieces, status) => {
    const { server } = await stage();
    const answer = await new Promise<number>((resolve, reject) => {
      const headers = { Host: 'localhost', 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
      const sent = request({ host: '127.0.0.1', port: server.port, path: target, method, headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      for (const piece of pieces) sent.write(piece);
      sent.end();
    });
    expect(answer).toBe(status);
  });

  it('outlives what is no HTTP', async () => {
    const { server, get } = await stage();
    const upgrade = 'Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    for (const line of [
      `GET // HTTP/1.1\r\n${upgrade}`,
      `GET http://[ HTTP/1.1\r\n${upgrade}`,
      `GET /ws?after=% HTTP/1.1\r\n${upgrade}`,
      '\0\r\n\r\n',
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(line));
        socket.on('data', () => socket.destroy());
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      });
    }
    expect((await get('/livez')).status).toBe(200);
  });

  it('logs what failed, not to the one who asks', async () => {
    const lines: string[] = [];
    const logger = {
      ...silentLogger,
      error: (fields: object, message: string) => lines.push(message, JSON.stringify(fields)),
      child: () => silentLogger,
    };
    const { get, view } = await stage({ logger: logger });
    view.stats = () => {
      throw new Error('inner matters');
    };
    const answer = await get('/api/stats');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('inner');
    expect(lines[0]).toBe('a request failed');
  });
});
