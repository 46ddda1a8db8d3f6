import { describe, expect, it, onTestFinished } from 'vitest';
import { appendEvents, openHistory } from '../../src/store/history-database.ts';
import { pruneStep } from '../../src/store/history-retention.ts';
import { recordScores } from '../../src/store/score-trace-table.ts';
import type { Database } from '../../src/store/sqlite-database.ts';
import type { PruneLimits } from '../../src/store/store-protocol.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';

const NO_LIMITS: PruneLimits = { eventsBefore: 0, snapshotsBefore: 0, scoresBefore: 0, maxBytes: Number.MAX_SAFE_INTEGER };

describe('pruneStep', () => {
  it('removes score trace that is too old in small steps, and leaves the rest', () => {
    const database = open();
    recordScores(database, tracedChunks(100));
    recordScores(database, tracedChunks(5, { key: 2, fromMs: 5_000_000 }));
    const steps = stepsOf(database, { ...NO_LIMITS, scoresBefore: 5_000_000 });
    expect(steps.map(({ scores }) => scores)).toEqual([40, 40, 20]);
    expect(counts(database)).toEqual({ chunks: 5, events: 0 });
  });

  it('lets the score trace go before events when the history is too large, and gives its pages back', () => {
    const database = open();
    appendEvents(database, [labelEvent(), labelEvent({ type: 'end' })], 0, null);
    const before = bytes(database);
    recordScores(database, tracedChunks(300, { frames: 256 }));
    expect(bytes(database)).toBeGreaterThan(before + 500_000);
    const half = Math.round((bytes(database) + before) / 2);
    const some = stepsOf(database, { ...NO_LIMITS, maxBytes: half });
    expect(some.every(({ scores, events, snapshots }) => scores > 0 && events === 0 && snapshots.length === 0)).toBe(true);
    expect(counts(database).chunks).toBeGreaterThan(100);
    expect(bytes(database)).toBeLessThanOrEqual(half);
    const all = stepsOf(database, { ...NO_LIMITS, maxBytes: 1 });
    const firstEvents = all.findIndex(({ events }) => events > 0);
    expect(all.slice(0, firstEvents).every(({ scores }) => scores > 0)).toBe(true);
    expect(counts(database)).toEqual({ chunks: 0, events: 0 });
  });
});

/** Until a step finds nothing to do. */
function stepsOf(database: Database, limits: PruneLimits) {
  const steps = [];
  for (;;) {
    const step = pruneStep(database, limits);
    if (step.events + step.coverage + step.scores + step.snapshots.length === 0) return steps;
    steps.push(step);
  }
}

function counts(database: Database): { chunks: number; events: number } {
  const of = (table: string) => Number(database.rows(`SELECT count(*) AS count FROM ${table}`)[0]?.['count']);
  return { chunks: of('score_chunks'), events: of('events') };
}

function bytes(database: Database): number {
  const of = (pragma: string) => Number(database.rows(`PRAGMA ${pragma}`)[0]?.[pragma]);
  return (of('page_count') - of('freelist_count')) * of('page_size');
}

function open(): Database {
  const { database } = openHistory(temporaryDirectory(), 0, false);
  onTestFinished(() => database.close());
  return database;
}
