import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startBroker, subscribe } from '../helpers/mqtt-stage.ts';
import { startSignalStand } from '../helpers/signal-stand.ts';
import { syncOrder } from '../helpers/sync-order.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';

it('syncs every message to the disk before the broker hears of it', async () => {
  const broker = await startBroker();
  const subscriber = await subscribe({ port: broker.port, topic: 'framewatch/+/event' });
  const stand = await startSignalStand({ cameras: 2, rules: 5, phaseSeconds: 1 });
  onTestFinished(() => stand.close());
  const trace = join(temporaryDirectory(), 'trace');
  const calls = 'trace=write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync';
  const under = ['strace', '-D', '-f', '-yy', '-s', '200000', '-e', calls, '-e', 'signal=none', '-o', trace];
  const daemon = await stand.startDaemon(`{ url: ${broker.url} }`, { under });
  await waitFor('some events', () => subscriber.messages.length >= 100, 60_000);
  const { code } = await daemon.stop();
  expect(code).toBe(0);
  const lines = readFileSync(trace, 'latin1').split('\n');
  const found = syncOrder(lines, broker.port);
  expect(found.messages).toBeGreaterThanOrEqual(100);
  expect(found.faults).toEqual([]);
  // The check sees a daemon that does not sync, and one that publishes first.
  const unsynced = lines.map((line) => (/\b(fsync|fdatasync)\b/.test(line) ? '' : line));
  expect(syncOrder(unsynced, broker.port).faults).toHaveLength(found.messages);
  const isWrite = (line: string) => line.includes('pwrite64(') && line.includes('history.db-wal');
  const late = [...lines.filter((line) => !isWrite(line)), ...lines.filter(isWrite)];
  expect(syncOrder(late, broker.port).faults.length).toBeGreaterThan(0);
}, 120_000);
