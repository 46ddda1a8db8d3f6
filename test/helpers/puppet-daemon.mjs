// Stands for `framewatch run --config FILE`: tells its address as the daemon's log does, watches what the file says, reads it again on SIGHUP.
// PUPPET=refuse: ends as the daemon does on a missing model. PUPPET=deaf: does not hear the first SIGHUP. PUPPET=stubborn: ignores SIGTERM.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const mode = process.env['PUPPET'] ?? '';
const file = process.argv[process.argv.indexOf('--config') + 1] ?? '';
if (mode === 'refuse') {
  process.stderr.write('framewatch: MODEL_NOT_FOUND: there is no model\n');
  process.exit(78);
}
/** @returns {object[]} */
function read() {
  const { cameras } = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries(cameras).map(([id, { sampleFps }]) => ({
    ...{ id, sampleFps, state: 'live', stream: { decode: 'all' }, framesReceived: 5, framesClassified: 4, drops: { superseded: 1 } },
  }));
}
let cameras = read();
let hangUps = 0;
process.on('SIGHUP', () => {
  hangUps += 1;
  if (mode !== 'deaf' || hangUps > 1) cameras = read();
});
if (mode === 'stubborn') process.on('SIGTERM', () => undefined);
let looks = 0;
/** @type {Record<string, () => [status: number, body: string]>} */
const routes = {
  '/readyz': () => [looks++ > 0 ? 200 : 503, '{}'],
  '/api/cameras': () => [200, JSON.stringify({ cameras })],
  '/api/stats': () => [200, JSON.stringify({ batches: { sizes: { 1: 3, 4: 2 } }, notify: process.env['NOTIFY_SOCKET'] ?? null })],
  '/metrics': () => [200, 'framewatch_engine_busy_seconds_total 1.25\n'],
};
const server = createServer((request, response) => {
  const [status, body] = routes[request.url ?? '']?.() ?? [404, ''];
  response.writeHead(status).end(body);
});
new WebSocketServer({ server, path: '/ws' });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') return;
  process.stdout.write('not JSON, "url"\n');
  process.stdout.write(`${JSON.stringify({ level: 'info', url: `http://127.0.0.1:${address.port}`, msg: 'dashboard' })}\n`);
});
