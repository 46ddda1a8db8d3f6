import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Access } from '../../src/http/access.ts';
import { createApi } from '../../src/http/api.ts';
import type { StaticFile } from '../../src/http/static-files.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { Secret } from '../../src/util/secret.ts';
import { EVENT_ID, httpConfig, labelEvent, MemoryView, type Stage, startStage } from '../helpers/http-stage.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

let stage: Stage;

beforeEach(async () => {
  stage = await startStage();
});

afterEach(() => stage.close());

const json = async (target: string) => {
  const answer = await stage.get(target);
  return { status: answer.status, body: (await answer.json()) as Record<string, Record<string, unknown>[]> };
};

describe('cameras', () => {
  it('lists them and shows one, names as they are: text, not markup', async () => {
    const { body } = await json('/api/cameras');
    expect(body['cameras']?.map(({ id }) => id)).toEqual(['front_door', 'yard']);
    const one = await stage.get('/api/cameras/front_door');
    expect(one.headers.get('content-type')).toContain('application/json');
    expect(await one.json()).toMatchObject({ id: 'front_door', name: '<img src=x onerror=alert(1)>', state: 'live' });
  });

  it.each(['nobody', '..', '%2e%2e%2fetc', '__proto__', 'constructor', '%', '%00'])('knows no camera %s', async (id) => {
    expect((await json(`/api/cameras/${id}`)).status).toBe(404);
    expect((await json(`/api/cameras/${id}/snapshot.jpg`)).status).toBe(404);
  });

  it('gives the newest picture with the frame it shows', async () => {
    expect(await json('/api/cameras/yard/snapshot.jpg')).toMatchObject({ status: 404, body: { error: 'noPicture' } });
    stage.view.pictures.set('yard', { frameSequence: 77, jpeg: Uint8Array.of(0xff, 0xd8) });
    const picture = await stage.get('/api/cameras/yard/snapshot.jpg');
    expect([picture.status, picture.headers.get('content-type'), picture.headers.get('framewatch-frame-sequence')]).toEqual([
      200,
      'image/jpeg',
      '77',
    ]);
    expect(picture.headers.get('cache-control')).toBe('no-store');
    expect([...new Uint8Array(await picture.arrayBuffer())]).toEqual([0xff, 0xd8]);
  });
});

it('shows the configuration in force, and how the newest reload ended', async () => {
  expect(await json('/api/config')).toEqual({
    status: 200,
    body: { file: '/etc/framewatch/framewatch.yaml', config: { instance: 'framewatch' }, reload: null },
  });
});

describe('what ffmpeg said of a camera', () => {
  it('is answered for a camera that is there, and only with a login', async () => {
    const at = '2026-11-22T06:11:00.000Z';
    stage.view.children = [{ startedAt: at, endedAt: at, omitted: 2, lines: [{ at, text: '401 Unauthorized' }] }];
    expect(await json('/api/cameras/yard/log')).toEqual({ status: 200, body: { camera: 'yard', children: stage.view.children } });
    expect(await json('/api/cameras/nobody/log')).toMatchObject({ status: 404, body: { error: 'unknownCamera' } });
    expect((await stage.get('/api/cameras/yard/log', { headers: {} })).status).toBe(401);
  });
});

describe('the switch of a camera', () => {
  const post = (id: string, init: RequestInit = {}, headers: Record<string, string> = {}) =>
    stage.get(`/api/cameras/${id}/enabled`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${stage.token}`, 'Content-Type': 'application/json', ...headers },
      ...init,
    });

  it('pauses and resumes, and says whether that is on disk', async () => {
    const off = await post('yard', { body: '{"enabled":false}' });
    expect([off.status, await off.json()]).toEqual([200, { id: 'yard', enabled: false, stored: true }]);
    stage.view.isStored = false;
    expect(await (await post('yard', { body: '{"enabled":true}' })).json()).toEqual({ id: 'yard', enabled: true, stored: false });
    expect(stage.view.switched).toEqual(['yard false', 'yard true']);
  });

  it.each([undefined, '', '{', '[]', 'null', '"on"', '{}', '{"enabled":"false"}', '{"enabled":1}', '{"enabled":null}'])(
    'answers 400 to what is no order, and does nothing: %s',
    async (body) => {
      const answer = await post('yard', body === undefined ? {} : { body });
      expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'badRequest' }]);
      expect(stage.view.switched).toEqual([]);
    },
  );

  it('answers 400 to a form, 404 for a camera that is not there, 413 to too much, 401 and 403 to strangers', async () => {
    expect((await post('yard', { body: '{"enabled":false}' }, { 'Content-Type': 'text/plain' })).status).toBe(400);
    expect((await post('nobody', { body: '{"enabled":false}' })).status).toBe(404);
    expect((await post('__proto__', { body: '{"enabled":false}' })).status).toBe(404);
    expect((await post('yard', { body: `{"enabled":false,"x":"${'x'.repeat(70_000)}"}` })).status).toBe(413);
    expect((await post('yard', { body: '{"enabled":false}' }, { Authorization: '' })).status).toBe(401);
    expect((await post('yard', { body: '{"enabled":false}' }, { Origin: 'https://evil.example' })).status).toBe(403);
    expect((await post('yard', { body: '{"enabled":false}' }, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await stage.get('/api/cameras/yard/enabled')).status).toBe(404);
    expect(stage.view.switched).toEqual([]);
  });
});

describe('coverage', () => {
  it('answers with intervals and sums of the time that was asked for', async () => {
    const { coverage } = stage.view;
    coverage.changes = [{ camera: 'yard', since: coverage.nowMs - 3_600_000, state: 'blind', reason: 'offline' }];
    const { status, body } = await json('/api/coverage?since=2026-11-22T10:30:00Z&camera=yard');
    const [since, now] = ['2026-11-22T11:00:00.000Z', '2026-11-22T12:00:00.000Z'];
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        ...{ since: '2026-11-22T10:30:00.000Z', until: now, now },
        cameras: [
          {
            camera: 'yard',
            totalsMs: { watching: 0, reduced: 0, blind: 3_600_000, unknown: 1_800_000 },
            reasonsMs: { offline: 3_600_000 },
            intervals: [{ state: 'blind', reason: 'offline', since, until: now, durationMs: 3_600_000 }],
          },
        ],
      },
    });
    expect(coverage.queries).toEqual([{ camera: 'yard', sinceMs: coverage.nowMs - 5_400_000, untilMs: coverage.nowMs }]);
  });

  it('refuses a wrong question, and one too large to answer', async () => {
    expect(await json('/api/coverage?limit=3')).toMatchObject({ status: 400, body: { error: 'badRequest', problems: [{ parameter: 'limit' }] } });
    stage.view.coverage.changes = 'tooMany';
    expect(await json('/api/coverage?since=2020-01-01')).toMatchObject({ status: 400, body: { error: 'tooMuch' } });
  });
});

describe('scores', () => {
  const course = {
    ...{ frames: 2, shortGaps: 0, exact: true, untraced: [], newest: { atMs: Date.UTC(2026, 10, 22, 11, 58), score: 0.9 } },
    runs: [
      [
        { atMs: Date.UTC(2026, 10, 22, 11, 56), score: 0.1 },
        { atMs: Date.UTC(2026, 10, 22, 11, 58), score: 0.9 },
      ],
    ],
  };
  const rule = { rule: 'unsafe', region: 'full', labels: ['Porn'], enter: 0.8, exit: 0.6 };

  it('answers with the last five minutes of every rule, and why some are missing', async () => {
    const { coverage, scores } = stage.view;
    scores.cameras['yard'] = { maxGapMs: 10_000, rules: [{ ...rule, course }] };
    coverage.changes = [
      { camera: 'yard', since: coverage.nowMs - 3_600_000, state: 'blind', reason: 'offline' },
      { camera: 'yard', since: coverage.nowMs - 240_000, state: 'watching', reason: null },
    ];
    const [since, until, now] = ['2026-11-22T11:55:00.000Z', '2026-11-22T12:00:00.000Z', '2026-11-22T12:00:00.000Z'];
    expect(await json('/api/cameras/yard/scores')).toEqual({
      status: 200,
      body: {
        ...{ camera: 'yard', since, until, now, kept: true, longestGapMs: 10_000 },
        rules: [
          {
            ...rule,
            ...{ frames: 2, shortGaps: 0, exact: true, newest: { at: '2026-11-22T11:58:00.000Z', score: 0.9 } },
            runs: [{ offsetsMs: [60_000, 180_000], scores: [0.1, 0.9] }],
            gaps: [
              { since, until: '2026-11-22T11:56:00.000Z', reason: 'notWatched', coverage: 'offline' },
              { since: '2026-11-22T11:58:00.000Z', until, reason: 'notKept', coverage: null },
            ],
          },
        ],
      },
    });
    expect(scores.asked).toEqual([{ sinceMs: scores.nowMs - 300_000, untilMs: scores.nowMs }]);
    expect(coverage.queries).toEqual([{ camera: 'yard', sinceMs: scores.nowMs - 300_000, untilMs: scores.nowMs }]);
  });

  it('refuses a wrong question, one too large to answer, and one about no camera', async () => {
    expect(await json('/api/cameras/yard/scores?limit=3')).toMatchObject({
      status: 400,
      body: { error: 'badRequest', message: 'limit: unknown; known are since, until', problems: [{ parameter: 'limit' }] },
    });
    expect(await json('/api/cameras/yard/scores?since=2026-11-20')).toMatchObject({ status: 400, body: { problems: [{ parameter: 'since' }] } });
    expect(stage.view.scores.asked).toEqual([]);
    stage.view.scores.cameras['yard'] = 'tooMany';
    expect(await json('/api/cameras/yard/scores')).toMatchObject({ status: 400, body: { error: 'tooMuch' } });
    expect(await json('/api/cameras/nobody/scores')).toMatchObject({ status: 404, body: { error: 'unknownCamera' } });
  });

  it('says when none are kept, and when they cannot be read now', async () => {
    stage.view.scores.kept = false;
    stage.view.scores.cameras['yard'] = { maxGapMs: 10_000, rules: [] };
    expect(await json('/api/cameras/yard/scores')).toMatchObject({ status: 200, body: { kept: false, rules: [] } });
    stage.view.scores.query = () => Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'the disk says no'));
    expect(await json('/api/cameras/yard/scores')).toMatchObject({ status: 503, body: { error: 'STORE_UNAVAILABLE' } });
  });
});

describe('events', () => {
  it('hands the filters to the history and its answer back', async () => {
    stage.view.history.events.push(labelEvent(1), labelEvent(2, { type: 'end' }));
    const { status, body } = await json('/api/events?camera=front_door&limit=1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ storeId: 'store-1', sequence: 2, oldestSequence: 1, events: [{ sequence: 2 }] });
    expect(stage.view.history.queries).toEqual([{ camera: 'front_door', limit: 1 }]);
  });

  it('says which pictures are gone, and leaves the events as they were published', async () => {
    const named = { snapshot: `/api/events/${EVENT_ID}/snapshot.jpg`, strip: `/api/events/${EVENT_ID}/strip.jpg` };
    const event = labelEvent(1, { ...named, startedAt: '2020-01-01T00:00:00.000Z' });
    stage.view.history.events.push(event);
    stage.view.history.strips.set(EVENT_ID, Uint8Array.of(1));
    expect(await json('/api/events')).toMatchObject({ body: { events: [event], gone: { [EVENT_ID]: ['snapshot'] } } });
    expect(await json(`/api/events/${EVENT_ID}`)).toEqual({ status: 200, body: { ...event, course: [event], gone: ['snapshot'] } });
    stage.view.history.snapshots.set(EVENT_ID, Uint8Array.of(1));
    expect(await json('/api/events')).toMatchObject({ body: { gone: {} } });
    expect(await json(`/api/events/${EVENT_ID}`)).toMatchObject({ body: { gone: [] } });
  });

  it('names every wrong filter', async () => {
    const { status, body } = await json('/api/events?limit=x&nope=1');
    expect(status).toBe(400);
    expect(body['error']).toBe('badRequest');
    expect(body['problems']?.map(({ parameter }) => parameter)).toEqual(['limit', 'nope']);
    expect(stage.view.history.queries).toEqual([]);
  });

  it('shows one with its course and its picture', async () => {
    stage.view.history.events.push(labelEvent(1), labelEvent(2, { type: 'end' }));
    stage.view.history.snapshots.set(EVENT_ID, Uint8Array.of(1, 2));
    const { body } = await json(`/api/events/${EVENT_ID}`);
    expect(body).toMatchObject({ id: EVENT_ID, type: 'end', course: [{ sequence: 1 }, { sequence: 2 }] });
    const picture = await stage.get(`/api/events/${EVENT_ID}/snapshot.jpg`);
    expect([...new Uint8Array(await picture.arrayBuffer())]).toEqual([1, 2]);
    expect(await json(`/api/events/${EVENT_ID}/strip.jpg`)).toMatchObject({ status: 404, body: { error: 'noPicture' } });
    stage.view.history.strips.set(EVENT_ID, Uint8Array.of(3));
    const strip = await stage.get(`/api/events/${EVENT_ID}/strip.jpg`);
    expect([strip.headers.get('content-type'), [...new Uint8Array(await strip.arrayBuffer())]]).toEqual(['image/jpeg', [3]]);
  });

  it('gives no picture that a browser would show again without asking: whoever logged out sees none', async () => {
    stage.view.history.snapshots.set(EVENT_ID, Uint8Array.of(1, 2));
    const target = `/api/events/${EVENT_ID}/snapshot.jpg`;
    const first = await stage.get(target);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const headers = { Authorization: `Bearer ${stage.token}`, 'If-None-Match': first.headers.get('etag') ?? '' };
    const again = await stage.get(target, { headers });
    expect([again.status, (await again.arrayBuffer()).byteLength]).toEqual([304, 0]);
    expect((await stage.get(target, { headers: { ...headers, Authorization: '' } })).status).toBe(401);
    stage.view.history.snapshots.set(EVENT_ID, Uint8Array.of(3));
    expect((await stage.get(target, { headers })).status).toBe(200);
  });

  it.each(['01JD8Q4Z3M5R7T9V1X2Y4Z6A8C', 'x', '%00', "'--"])('knows no event %s', async (id) => {
    expect((await json(`/api/events/${id}`)).status).toBe(404);
    expect((await json(`/api/events/${id}/snapshot.jpg`)).status).toBe(404);
    expect((await json(`/api/events/${id}/strip.jpg`)).status).toBe(404);
  });

  it('says 503 while the store is away', async () => {
    stage.view.history.beforeQuery = () => Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'the disk is full'));
    expect(await json('/api/events')).toEqual({ status: 503, body: { error: 'STORE_UNAVAILABLE', message: 'the disk is full' } });
  });
});

describe('probes and numbers', () => {
  it('answers with what the daemon says of itself', async () => {
    expect(await json('/livez')).toEqual({ status: 200, body: { live: true } });
    expect(await json('/readyz')).toEqual({ status: 200, body: { ready: true, reasons: [] } });
    stage.view.isLive = false;
    stage.view.state = { ready: false, reasons: ['the model is loading'] };
    expect(await json('/livez')).toEqual({ status: 503, body: { live: false } });
    expect(await json('/readyz')).toEqual({ status: 503, body: { ready: false, reasons: ['the model is loading'] } });
    expect(await json('/api/stats')).toEqual({ status: 200, body: { uptimeSeconds: 1 } });
    const metrics = await stage.get('/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metrics.text()).toContain('framewatch_camera_up');
  });
});

describe('pages', () => {
  const page = (text: string) => ({ type: 'text/html', etag: '"e"', immutable: false, gzip: null, body: Uint8Array.from(Buffer.from(text)) });
  const script = { ...page('script'), type: 'text/javascript', immutable: true, gzip: Uint8Array.from(gzipSync('script')) };
  const files = new Map<string, StaticFile>([
    ['/index.html', page('page')],
    ['/login.html', page('<script src="/assets/login-0123abcd.js"></script><a href="/nowhere">')],
    ['/assets/index-0123abcd.js', script],
    ['/assets/login-0123abcd.js', script],
  ]);
  const access = new Access(httpConfig('/nonexistent'), null, new VirtualClock());
  const api = createApi({
    view: new MemoryView(),
    access,
    files,
    clock: new VirtualClock(),
    clients: () => [],
    logger: silentLogger,
    onLogout: () => {},
  });
  const incoming = { method: 'GET', headers: { host: 'localhost' }, socket: {} };
  const get = (target: string, headers: Record<string, string> = {}) =>
    api.fetch(new Request(`http://localhost${target}`, { headers }), { incoming });

  it('come from the map, are asked for again, and found unchanged', async () => {
    const home = await get('/');
    expect([home.status, await home.text(), home.headers.get('cache-control')]).toEqual([200, 'page', 'no-cache']);
    const asset = await get('/assets/index-0123abcd.js');
    expect([asset.headers.get('content-type'), asset.headers.get('cache-control')]).toEqual([
      'text/javascript',
      'private, max-age=31536000, immutable',
    ]);
    expect((await get('/', { 'If-None-Match': '"e"' })).status).toBe(304);
    expect((await get('/index.html')).status).toBe(404);
    expect((await get('/../package.json')).status).toBe(404);
    expect((await get('/login')).headers.get('location')).toBe('/');
  });

  it('come compressed to whoever takes that', async () => {
    const answer = await get('/assets/index-0123abcd.js', { 'Accept-Encoding': 'br, gzip' });
    expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual(['gzip', 'Accept-Encoding']);
    expect(gunzipSync(Buffer.from(await answer.arrayBuffer())).toString()).toBe('script');
    const plain = await get('/assets/index-0123abcd.js', { 'Accept-Encoding': 'identity' });
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, 'script']);
  });

  it.each(['/', '/camera/front_door', '/events', '/events/01JD8Q4Z3M5R7T9V1X2Y4Z6A8B', '/system'])('%s is the one document', async (target) => {
    const answer = await get(target);
    expect([answer.status, await answer.text()]).toEqual([200, 'page']);
  });

  it.each(['/camera', '/camera/a/b', '/events/a/b', '/systems', '/wall'])(
    '%s is no page: the dashboard says so to people, JSON to programs',
    async (target) => {
      const told = await get(target, { accept: 'text/html,*/*;q=0.8', 'if-none-match': '"e"' });
      expect([told.status, await told.text()]).toEqual([404, 'page']);
      const answer = await get(target, { accept: '*/*' });
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: 'notFound' }]);
    },
  );

  it('asks for a login, and lets through what the login page needs, and nothing else', async () => {
    const locked = new Access(httpConfig('/nonexistent'), new Secret('t'.repeat(43)), new VirtualClock());
    const closed = createApi({
      view: new MemoryView(),
      access: locked,
      files,
      clock: new VirtualClock(),
      clients: () => [],
      logger: silentLogger,
      onLogout: () => {},
    });
    const ask = async (target: string) => closed.fetch(new Request(`http://localhost${target}`), { incoming });
    const where = async (target: string) => (await ask(target)).headers.get('location');
    expect(await where('/')).toBe('/login');
    expect(await where('/events?rule=a%26b')).toBe('/login?next=%2Fevents%3Frule%3Da%2526b');
    expect(await where('/camera/front_door')).toBe('/login?next=%2Fcamera%2Ffront_door');
    const status = async (target: string) => (await ask(target)).status;
    expect([await status('/login'), await status('/assets/login-0123abcd.js')]).toEqual([200, 200]);
    expect([await status('/assets/index-0123abcd.js'), await status('/nowhere'), await status('/index.html')]).toEqual([401, 401, 401]);
  });
});
