import type { IncomingMessage } from 'node:http';
import { type Context, Hono } from 'hono';
import { type Clock, isoTime } from '../util/clock.ts';
import { hasCode, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { Access, Identity } from './access.ts';
import type { ClientView } from './client-view.ts';
import { parseCoverageQuery } from './coverage-query.ts';
import { coverageReport } from './coverage-report.ts';
import { parseEventQuery } from './event-query.ts';
import { gonePictures } from './gone-pictures.ts';
import { declaresMoreThan, readJsonBody } from './json-body.ts';
import type { MonitorView } from './monitor-view.ts';
import { outboxReport } from './outbox-report.ts';
import type { QueryProblem } from './query-parameters.ts';
import { parseScoreQuery } from './score-query.ts';
import { scoreReport } from './score-report.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { etagOf, filesNamedBy, type StaticFile } from './static-files.ts';

const LARGEST_BODY = 64 * 1024;
const EVENT_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
/** Open to everybody, beside what the login page names. */
const PUBLIC_PATHS: readonly string[] = ['/livez', '/readyz', '/login'];
/** The pages of the dashboard: one document that shows what its address says (src/dashboard/app/routes.ts has the same). */
const PAGES: readonly string[] = ['/', '/camera/:id', '/events', '/events/:id', '/system'];
/** As the addresses above, in a request. */
const PAGE_PATH = /^\/(?:|camera\/[^/]+|events(?:\/[^/]+)?|system)$/;

export interface ApiParts {
  readonly view: MonitorView;
  readonly access: Access;
  readonly files: ReadonlyMap<string, StaticFile>;
  readonly clock: Clock;
  /** Who hangs on the WebSockets. */
  readonly clients: () => readonly ClientView[];
  readonly logger: Logger;
  /** A browser logged out: its sockets end too. */
  readonly onLogout: (session: string) => void;
}

interface Env {
  Bindings: { incoming: IncomingMessage };
  Variables: { identity: Identity };
}

/** The HTTP table of the contract. Errors are `{error, message}`, with `problems` where several things are wrong. */
export function createApi(parts: ApiParts): { readonly fetch: (request: Request, env: object) => Response | Promise<Response> } {
  const app = new Hono<Env>();
  const open = new Set([...PUBLIC_PATHS, ...filesNamedBy(parts.files.get('/login.html'), parts.files)]);
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  });
  app.use(async (c, next) => {
    const refusal = parts.access.refusal(c.env.incoming);
    if (refusal !== null) return problem(c, 403, 'forbidden', refusal);
    if (open.has(c.req.path)) return next();
    const identity = parts.access.identify(c.env.incoming);
    if (identity) {
      c.set('identity', identity);
      return next();
    }
    if (c.req.method === 'GET' && PAGE_PATH.test(c.req.path)) return c.redirect(loginPath(c.req.url));
    c.header('WWW-Authenticate', 'Bearer realm="framewatch"');
    return problem(c, 401, 'unauthorized', 'needs `Authorization: Bearer TOKEN` or a login');
  });
  app.use((c, next) => (declaresMoreThan(c.env.incoming, LARGEST_BODY) ? Promise.resolve(tooLarge(c)) : next()));
  addPages(app, parts);
  addProbes(app, parts.view);
  addCameras(app, parts.view);
  addEvents(app, parts.view, parts.clock);
  addCoverage(app, parts.view);
  addScores(app, parts.view);
  app.get('/api/config', (c) => c.json(parts.view.configuration()));
  app.get('/api/clients', (c) => c.json({ clients: parts.clients() }));
  app.get('/api/outbox', async (c) => c.json(await outboxReport(parts.view.outbox)));
  app.notFound((c) => {
    const page = parts.files.get('/index.html');
    // Who followed an old link reads a page; programs read JSON.
    if (page && c.req.method === 'GET' && /\btext\/html\b/.test(c.req.header('accept') ?? '')) return file(c, page, 404);
    return problem(c, 404, 'notFound', 'there is nothing at this path');
  });
  app.onError((error, c) => {
    const isStore = hasCode(error, 'STORE_UNAVAILABLE');
    if (!isStore) parts.logger.error({ err: error, method: c.req.method, path: c.req.path }, 'a request failed');
    return isStore ? problem(c, 503, 'STORE_UNAVAILABLE', messageOf(error)) : problem(c, 500, 'INTERNAL', 'the request failed; the log says why');
  });
  return { fetch: (request, env) => app.fetch(request, env) };
}

function addPages(app: Hono<Env>, { access, files, onLogout }: ApiParts): void {
  app.get('/login', (c) => (access.required ? file(c, files.get('/login.html')) : c.redirect('/')));
  app.post('/login', async (c) => {
    const body = await readJsonBody(c.env.incoming, LARGEST_BODY);
    if (body === 'tooLarge') return tooLarge(c);
    const { token } = body;
    if (typeof token !== 'string') return problem(c, 400, 'badRequest', 'send JSON: {"token": "…"}');
    const outcome = access.login(c.env.incoming, token);
    if (outcome.kind === 'wrongToken') return problem(c, 401, 'unauthorized', 'this is not the token');
    if (outcome.kind === 'tooMany') {
      c.header('Retry-After', String(outcome.retryAfterSeconds));
      return problem(c, 429, 'tooManyLogins', `too many tries; the next one is open in ${outcome.retryAfterSeconds} s`);
    }
    if (outcome.setCookie !== null) c.header('Set-Cookie', outcome.setCookie);
    return c.json({ ok: true });
  });
  app.post('/logout', (c) => {
    const identity = c.get('identity');
    c.header('Set-Cookie', access.logout(c.env.incoming, identity));
    if (identity.session !== null) onLogout(identity.session);
    return c.json({ ok: true });
  });
  for (const page of PAGES) app.get(page, (c) => file(c, files.get('/index.html')));
  for (const [path, found] of files) if (!path.endsWith('.html')) app.get(path, (c) => file(c, found));
}

function addProbes(app: Hono<Env>, view: MonitorView): void {
  app.get('/livez', (c) => {
    const live = view.liveness();
    return c.json({ live }, live ? 200 : 503);
  });
  app.get('/readyz', (c) => {
    const readiness = view.readiness();
    return c.json(readiness, readiness.ready ? 200 : 503);
  });
  app.get('/metrics', async (c) => c.body(await view.metrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }));
  app.get('/api/stats', (c) => c.json(view.stats()));
}

function addCameras(app: Hono<Env>, view: MonitorView): void {
  app.get('/api/cameras', (c) => c.json({ cameras: view.cameras() }));
  app.get('/api/cameras/:id', (c) => {
    const camera = view.camera(c.req.param('id'));
    return camera ? c.json(camera) : problem(c, 404, 'unknownCamera', 'there is no camera of this id');
  });
  app.get('/api/cameras/:id/log', (c) => {
    const log = view.cameraLog(c.req.param('id'));
    return log ? c.json(log) : problem(c, 404, 'unknownCamera', 'there is no camera of this id');
  });
  app.post('/api/cameras/:id/enabled', async (c) => {
    const body = await readJsonBody(c.env.incoming, LARGEST_BODY);
    if (body === 'tooLarge') return tooLarge(c);
    const { enabled } = body;
    if (typeof enabled !== 'boolean') return problem(c, 400, 'badRequest', 'send JSON: {"enabled": true} or {"enabled": false}');
    const id = c.req.param('id');
    const outcome = await view.setEnabled(id, enabled);
    return outcome ? c.json({ id, ...outcome }) : problem(c, 404, 'unknownCamera', 'there is no camera of this id');
  });
  app.get('/api/cameras/:id/snapshot.jpg', async (c) => {
    const id = c.req.param('id');
    if (!view.camera(id)) return problem(c, 404, 'unknownCamera', 'there is no camera of this id');
    const picture = await view.newestPicture(id);
    if (!picture) return problem(c, 404, 'noPicture', 'the network has not seen a frame of this camera yet');
    c.header('Framewatch-Frame-Sequence', String(picture.frameSequence));
    return jpeg(c, picture.jpeg);
  });
}

function addEvents(app: Hono<Env>, { history }: MonitorView, clock: Clock): void {
  app.get('/api/events', async (c) => {
    const parsed = parseEventQuery(new URL(c.req.url).searchParams);
    if (!parsed.ok) return badQuery(c, parsed.problems);
    const events = await history.query(parsed.query);
    const gone = await gonePictures(history, events, clock.wallMs());
    return c.json({ storeId: history.storeId, sequence: history.lastSequence, oldestSequence: history.oldestSequence, events, gone });
  });
  app.get('/api/events/:id', async (c) => {
    const id = c.req.param('id');
    const course = EVENT_ID.test(id) ? await history.course(id) : [];
    const newest = course.at(-1);
    if (!newest) return problem(c, 404, 'unknownEvent', 'there is no event of this id (any more)');
    const gone = await gonePictures(history, [newest], clock.wallMs());
    return c.json({ ...newest, course, gone: gone[id] ?? [] });
  });
  const pictures = { 'snapshot.jpg': (id: string) => history.loadSnapshot(id), 'strip.jpg': (id: string) => history.loadStrip(id) };
  for (const [name, load] of Object.entries(pictures)) {
    app.get(`/api/events/:id/${name}`, async (c) => {
      const id = c.req.param('id');
      const picture = EVENT_ID.test(id) ? await load(id) : null;
      return picture ? keptJpeg(c, picture) : problem(c, 404, 'noPicture', 'there is no such picture of this event (yet, or any more)');
    });
  }
}

function addCoverage(app: Hono<Env>, { coverage }: MonitorView): void {
  app.get('/api/coverage', async (c) => {
    const nowMs = coverage.now();
    const parsed = parseCoverageQuery(new URL(c.req.url).searchParams, nowMs);
    if (!parsed.ok) return badQuery(c, parsed.problems);
    const { sinceMs, untilMs } = parsed.query;
    const changes = await coverage.query(parsed.query);
    if (changes === 'tooMany')
      return problem(c, 400, 'tooMuch', 'there are too many intervals in this time: ask for a shorter one, or for one camera');
    const cameras = coverageReport(changes, { sinceMs, untilMs, nowMs });
    return c.json({ since: isoTime(sinceMs), until: isoTime(untilMs), now: isoTime(nowMs), cameras });
  });
}

function addScores(app: Hono<Env>, { scores, coverage }: MonitorView): void {
  app.get('/api/cameras/:id/scores', async (c) => {
    const id = c.req.param('id');
    const nowMs = scores.now();
    const parsed = parseScoreQuery(new URL(c.req.url).searchParams, nowMs);
    if (!parsed.ok) return badQuery(c, parsed.problems);
    const { span } = parsed;
    const found = await scores.query(id, span);
    if (found === null) return problem(c, 404, 'unknownCamera', 'there is no camera of this id');
    const changes = found === 'tooMany' ? found : await coverage.query({ camera: id, ...span });
    if (found === 'tooMany' || changes === 'tooMany') return problem(c, 400, 'tooMuch', 'there is too much in this time: ask for a shorter one');
    const [covered = null] = coverageReport(changes, { ...span, nowMs: coverage.now() });
    const [since, until, now] = [span.sinceMs, span.untilMs, nowMs].map(isoTime);
    return c.json({
      camera: id,
      since,
      until,
      now,
      kept: scores.kept,
      longestGapMs: found.maxGapMs,
      rules: scoreReport(found, covered, span, nowMs),
    });
  });
}

/** The login page, and from there on to the page that was asked for. */
function loginPath(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? '/login' : `/login?next=${encodeURIComponent(pathname + search)}`;
}

type Status = 400 | 401 | 403 | 404 | 413 | 429 | 500 | 503;

function problem(c: Context, status: Status, error: string, message: string): Response {
  return c.json({ error, message }, status);
}

function tooLarge(c: Context): Response {
  return problem(c, 413, 'tooLarge', `a body may have ${LARGEST_BODY} bytes`);
}

function badQuery(c: Context, problems: readonly QueryProblem[]): Response {
  const message = problems.map((one) => `${one.parameter}: ${one.message}`).join('; ');
  return c.json({ error: 'badRequest', message, problems }, 400);
}

function jpeg(c: Context, bytes: Uint8Array): Response {
  return c.body(new Uint8Array(bytes), 200, { 'Content-Type': 'image/jpeg' });
}

/** One that stays the same. A browser may keep it, but not show it unasked: whoever logged out sees it no more. */
function keptJpeg(c: Context, bytes: Uint8Array): Response {
  const headers = { 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, no-cache', ETag: etagOf(bytes) };
  return c.req.header('if-none-match') === headers.ETag ? c.body(null, 304, headers) : c.body(new Uint8Array(bytes), 200, headers);
}

function file(c: Context, found: StaticFile | undefined, status: 200 | 404 = 200): Response {
  if (!found) return problem(c, 404, 'notBuilt', 'the dashboard was not built: run `npm run build`');
  const headers = {
    ETag: found.etag,
    'Cache-Control': found.immutable ? 'private, max-age=31536000, immutable' : 'no-cache',
    'Content-Type': found.type,
    Vary: 'Accept-Encoding',
  };
  if (status === 200 && c.req.header('if-none-match') === found.etag) return c.body(null, 304, headers);
  const isCompressed = found.gzip !== null && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  return isCompressed ? c.body(found.gzip, status, { ...headers, 'Content-Encoding': 'gzip' }) : c.body(found.body, status, headers);
}
