import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { SqliteEventStore } from '../../src/store/sqlite-event-store.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const HISTORY = { retentionDays: 14, snapshots: true, snapshotRetentionDays: 7, scoreTraceDays: 3, maxBytes: 1 << 30 };
const START = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const EVER = { sinceMs: 0, untilMs: START + 1_000 * DAY_MS };

describe('the record of coverage in the history', () => {
  it('outlives the program, and goes with the events, but for what still holds', async () => {
    const clock = new VirtualClock(0, START);
    const stateDir = temporaryDirectory();
    const first = await open(stateDir, clock);
    first.coverage.record([entry(START, 'watching'), entry(START + 1_000, 'blind'), entry(START + 5_000, 'watching')], START + 6_000);
    await first.append([labelEvent({ type: 'end' })]);
    await first.close();
    const second = await open(stateDir, clock);
    expect(await second.coverage.ends()).toEqual({ changes: [entry(START + 5_000, 'watching')], aliveMs: START + 6_000 });
    expect(await second.coverage.query(EVER)).toHaveLength(3);
    second.coverage.record([entry(START + DAY_MS, 'blind'), entry(START + 20 * DAY_MS, 'watching')], START + 20 * DAY_MS);
    await clock.advance(20 * DAY_MS);
    await second.prune();
    expect(await second.coverage.query(EVER)).toEqual([entry(START + DAY_MS, 'blind'), entry(START + 20 * DAY_MS, 'watching')]);
  });

  it('survives the death of the worker that writes it', async () => {
    const clock = new VirtualClock(0, START);
    const workers: Worker[] = [];
    const note = (worker: Worker) => void workers.push(worker);
    process.on('worker', note);
    onTestFinished(() => void process.off('worker', note));
    const store = await open(temporaryDirectory(), clock);
    store.coverage.record([entry(START, 'watching')], START);
    await workers[0]?.terminate();
    store.coverage.record([entry(START + 10, 'blind')], START + 10);
    await clock.advance(10_000);
    store.coverage.record([entry(START + 20, 'watching')], START + 20);
    expect(await store.coverage.query(EVER)).toEqual([entry(START, 'watching'), entry(START + 10, 'blind'), entry(START + 20, 'watching')]);
  });
});

function entry(since: number, state: 'watching' | 'blind'): CoverageChange {
  return { camera: 'door', since, state, reason: state === 'blind' ? 'offline' : null };
}

async function open(stateDir: string, clock: VirtualClock): Promise<SqliteEventStore> {
  const store = await SqliteEventStore.open({ stateDir, instance: 'test', history: HISTORY, keepsOutbox: true, logger: silentLogger, clock });
  onTestFinished(() => store.close());
  return store;
}
