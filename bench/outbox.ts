// What the durable way of events costs: `npm run bench:outbox -- [--rows 100000]`. Commits with and without the outbox, bytes on disk, a start with
// many messages waiting, draining them into mosquitto, and a WebSocket client that resumes 10,000 events.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import type { UnsequencedEvent } from '../src/events/label-event.ts';
import { SqliteEventStore } from '../src/store/sqlite-event-store.ts';
import { systemClock } from '../src/util/clock.ts';
import { silentLogger } from '../src/util/logger.ts';
import { quantile } from '../src/util/percentile.ts';
import type { Daemon } from '../test/helpers/daemon.ts';
import { startMosquitto } from '../test/helpers/mosquitto.ts';
import { processTree } from '../test/helpers/process-tree.ts';
import { startSignalStand } from '../test/helpers/signal-stand.ts';
import { waitFor } from '../test/helpers/wait-for.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const ROWS = Number(values.rows);
const RESUMED = 10_000;
const HISTORY = { retentionDays: 36_500, snapshots: false, snapshotRetentionDays: 1, scoreTraceDays: 0, maxBytes: 1e11 };

interface Stats {
  readonly outbox: { readonly depth: number };
  readonly events: { readonly lastSequence: number };
}

const folder = mkdtempSync(join(tmpdir(), 'framewatch-bench-'));
const rules = { region: 'full', rule: 'rule0', label: 'light' };
const at = new Date().toISOString();

/** Messages as large as real ones: a start, updates, an end. */
function messages(count: number): UnsequencedEvent[] {
  return Array.from({ length: count }, (_, index): UnsequencedEvent => {
    const type = (['start', 'update', 'update', 'end'] as const)[index % 4] ?? 'end';
    const id = `01M8CRADW${String(Math.floor(index / 4)).padStart(17, '0')}`;
    return {
      ...{ schema: 1, id, type, camera: `cam${index % 10}`, ...rules, score: 0.9876, peakScore: 0.9912 },
      top: ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'].map((label) => ({ label, score: 0.1234 })),
      ...{ startedAt: at, at, endedAt: type === 'end' ? at : null, endReason: type === 'end' ? 'exit' : null },
      frame: { sequence: index, receivedAt: at, width: 640, height: 360 },
      latencyMs: { total: 92.212, decode: 9.101, queue: 12.094, preprocess: 4.012, inference: 66.9, decide: 0.105, bound: 500, feasible: true },
      batch: { id: 9001, size: 5, paddedTo: 8, flushReason: 'deadline' },
      model: { name: 'inception-v3-content-safety', sha256: 'a'.repeat(64), backend: 'onnx', device: 'cpu', precision: 'float32' },
      snapshot: `/api/events/${id}/snapshot.jpg`,
      strip: `/api/events/${id}/strip.jpg`,
    };
  });
}

const open = (stateDir: string, keepsOutbox: boolean) =>
  SqliteEventStore.open({ stateDir, instance: 'bench', history: HISTORY, keepsOutbox, logger: silentLogger, clock: systemClock });

async function commitCost(group: number): Promise<(string | number)[]> {
  const rounds = group === 1 ? 300 : group === 10 ? 100 : 30;
  const [withOutbox, without]: [number[], number[]] = [[], []];
  const stores = [await open(join(folder, `with-${group}`), true), await open(join(folder, `without-${group}`), false)] as const;
  for (let round = 0; round < rounds; round++) {
    for (const [index, times] of [withOutbox, without].entries()) {
      const begun = performance.now();
      await stores[index]?.append(messages(group));
      times.push(((performance.now() - begun) * 1000) / group);
    }
  }
  for (const store of stores) await store.close();
  return [`${group} at once`, quantile(withOutbox, 0.5), quantile(without, 0.5), quantile(withOutbox, 0.5) / quantile(without, 0.5)];
}

async function fill(stateDir: string, rows: number): Promise<void> {
  mkdirSync(stateDir, { recursive: true });
  const store = await open(stateDir, true);
  const all = messages(rows);
  for (let from = 0; from < rows; from += 1_000) await store.append(all.slice(from, from + 1_000));
  await store.close();
}

function rssMiB({ pid }: Daemon): number {
  return (processTree(pid).find((each) => each.pid === pid)?.rssBytes ?? 0) / 2 ** 20;
}

async function waiting(rows: number): Promise<void> {
  const broker = await startMosquitto();
  const stand = await startSignalStand({ cameras: 1, rules: 1, phaseSeconds: 2 });
  await fill(stand.stateDir, rows);
  const bytes = statSync(join(stand.stateDir, 'history.db')).size;
  const daemon = await stand.startDaemon(`{ url: ${broker.url} }`);
  const readyMs = await daemon.ready();
  const begun = performance.now();
  const stats = () => daemon.json<Stats>('/api/stats');
  const before = (await stats()).outbox.depth;
  const rss = [rssMiB(daemon)];
  await waitFor(
    'the outbox is drained',
    async () => {
      rss.push(rssMiB(daemon));
      return (await stats()).outbox.depth < 10;
    },
    900_000,
  );
  const drainS = (performance.now() - begun) / 1000;
  const { lastSequence } = (await stats()).events;
  const resumeMs = rows >= RESUMED ? await resume(daemon.port, lastSequence - RESUMED) : Number.NaN;
  await daemon.stop();
  await stand.close();
  await broker.close();
  table.push([rows, bytes / Math.max(1, rows), readyMs, rss[0] ?? 0, Math.max(...rss), drainS, before / drainS, resumeMs]);
}

/** From connecting to the last of them, ms. */
async function resume(port: number, after: number): Promise<number> {
  const begun = performance.now();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?after=${after}`);
  let events = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject).on('message', (message: Buffer) => {
      if ((JSON.parse(message.toString()) as { type: string }).type === 'event' && ++events === RESUMED) resolve();
    });
  });
  socket.terminate();
  return performance.now() - begun;
}

printTable(['commit, µs a message (median)', 'with outbox', 'without', 'ratio'], [await commitCost(1), await commitCost(10), await commitCost(100)]);
const table: (string | number)[][] = [];
await waiting(0);
await waiting(ROWS);
console.log();
printTable(
  ['messages waiting', 'bytes each', 'ready, ms', 'RSS then, MiB', 'RSS at most', 'drained, s', 'a second', `resume of ${RESUMED}, ms`],
  table,
);
rmSync(folder, { recursive: true, force: true });
