import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { openDatabase } from '../../src/store/sqlite-database.ts';
import { SqliteEventStore } from '../../src/store/sqlite-event-store.ts';
import { type Clock, systemClock } from '../../src/util/clock.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';

const HISTORY = { retentionDays: 14, snapshots: true, snapshotRetentionDays: 7, scoreTraceDays: 3, maxBytes: 1 << 30 };
const ID = '01JD8Q4Z3M5R7T9V1X2Y4Z6A8B';

const smallDisk = mountSmallDisk();
afterAll(() => smallDisk.unmount());

describe('the history on a disk that fails', () => {
  it.skipIf(smallDisk.refusal !== null)(
    `goes on when the disk is full, tells it, and stores everything once there is room${reasonOf()}`,
    async () => {
      const { directory } = smallDisk;
      const { store, logger } = await open(directory);
      const ballast = join(directory, 'ballast');
      await store.append([labelEvent({ label: 'n0' })]);
      fill(ballast);
      // What SQLite has in hand already may still take some.
      const appended: Promise<unknown>[] = [];
      let given = 1;
      while (store.fault === null) {
        appended.push(store.append([labelEvent({ label: `n${given++}` })]));
        await waitFor('stored, or known to be a fault', () => store.waiting === 0 || store.fault !== null);
      }
      expect(store.fault).toMatch(/disk (is|fails or is) full/);
      const storedBefore = given - store.waiting;
      for (let more = 0; more < 200; more++) appended.push(store.append([labelEvent({ label: `n${given++}` })]));
      expect(store.waiting).toBe(given - storedBefore);
      expect(await store.query({ limit: 1 })).toHaveLength(1);
      await expect(store.saveSnapshot(ID, Buffer.alloc(10_000))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });

      rmSync(ballast);
      await waitFor('it has healed by itself', () => store.fault === null && store.waiting === 0, 15_000);
      await Promise.all(appended);
      const events = await store.query({ after: 0, limit: 10_000 });
      expect(events.map(({ label, sequence }) => [label, sequence])).toEqual(Array.from({ length: given }, (_, index) => [`n${index}`, index + 1]));
      expect(store.lost).toBe(0);
      await store.saveSnapshot(ID, Buffer.alloc(10_000));
      const told = logger.lines.filter(({ fields, message }) => fields['code'] === 'STORE_UNAVAILABLE' || message.includes('can be written again'));
      expect(told.map(({ level }) => level)).toEqual(['error', 'info']);
    },
  );

  it.skipIf(smallDisk.refusal !== null)(`sees without any event that a disk is full, and that it has room again${reasonOf()}`, async () => {
    const { directory } = smallDisk;
    // A minute without events passes in six seconds.
    const { store } = await open(directory, { ...systemClock, setTimer: (delayMs, fire) => systemClock.setTimer(delayMs / 10, fire) });
    const ballast = join(directory, 'ballast');
    fill(ballast);
    await waitFor('it is found out', () => store.fault !== null);
    expect(store.fault).toMatch(/disk (is|fails or is) full/);
    rmSync(ballast);
    await waitFor('it has healed by itself', () => store.fault === null, 3_000);
    expect(store.waiting).toBe(0);
  });

  it.skipIf(smallDisk.refusal !== null)(
    `keeps the record of coverage while the disk is full, and writes it when there is room${reasonOf()}`,
    async () => {
      const { directory } = smallDisk;
      const stateDir = join(directory, 'coverage');
      const { store, logger } = await open(stateDir, { ...systemClock, setTimer: (delayMs, fire) => systemClock.setTimer(delayMs / 10, fire) });
      const ballast = join(directory, 'ballast');
      const entries: CoverageChange[] = [];
      const record = () => {
        const since = 1_000 + entries.length;
        entries.push({ camera: `camera_${entries.length % 7}`, since, state: 'watching', reason: null });
        store.coverage.record(entries.slice(-1), since);
      };
      record();
      fill(ballast);
      const isFailing = () => logger.lines.some(({ message }) => message.includes('coverage cannot be written now'));
      await waitFor('it fails', () => {
        record();
        return isFailing();
      });
      for (let more = 0; more < 50; more++) record();
      rmSync(ballast);
      await waitFor('it has healed by itself', () => logger.lines.some(({ message }) => message.includes('coverage is written again')));
      await store.close();
      const again = await open(stateDir);
      const kept = await again.store.coverage.query({ sinceMs: 0, untilMs: 1_000_000 });
      expect(kept === 'tooMany' ? kept : kept.toSorted((a, b) => a.since - b.since)).toEqual(entries);
      expect(store.coverage.unrecorded).toBe(0);
    },
  );

  it('waits while another program, such as a backup, holds the file locked', async () => {
    const stateDir = temporaryDirectory();
    const { store } = await open(stateDir);
    const backup = openDatabase(join(stateDir, 'history.db'), 0);
    onTestFinished(() => backup.close());
    backup.script('BEGIN IMMEDIATE');
    const appended = Array.from({ length: 50 }, (_, index) => store.append([labelEvent({ label: `n${index}` })]));
    await waitFor('it is told', () => store.fault !== null);
    expect(store.fault).toContain('another program holds the file locked');
    expect(store.waiting).toBe(50);
    expect(await store.query({ limit: 10 })).toEqual([]);
    backup.script('ROLLBACK');
    const stored = (await Promise.all(appended)).flat();
    expect(stored.map(({ label, sequence }) => [label, sequence])).toEqual(Array.from({ length: 50 }, (_, index) => [`n${index}`, index + 1]));
    expect([store.fault, store.lost]).toEqual([null, 0]);
  });
});

async function open(stateDir: string, clock: Clock = systemClock) {
  const logger = recordingLogger();
  const store = await SqliteEventStore.open({ stateDir, instance: 'test', history: HISTORY, keepsOutbox: true, logger, clock });
  onTestFinished(() => store.close());
  return { store, logger };
}

/** Takes every byte that is left; the store may take some of them meanwhile. */
function fill(file: string): void {
  const { bavail, bsize } = statfsSync(join(file, '..'));
  try {
    writeFileSync(file, Buffer.alloc(bavail * bsize));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

/** A file system of one megabyte, in memory. Only root may mount one. */
function mountSmallDisk() {
  const directory = mkdtempSync(join(tmpdir(), 'framewatch-small-disk-'));
  let refusal: string | null = null;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    refusal = String(error).split('\n')[1] ?? 'mount failed';
  }
  const unmount = () => {
    if (refusal === null) execFileSync('umount', [directory]);
    rmdirSync(directory);
  };
  return { directory, refusal, unmount };
}

function reasonOf(): string {
  return smallDisk.refusal === null ? '' : ` (skipped, no small disk can be mounted: ${smallDisk.refusal})`;
}
