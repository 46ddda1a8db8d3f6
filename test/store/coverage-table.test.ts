import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { coverageReport } from '../../src/http/coverage-report.ts';
import { MOST_COVERAGE_ENTRIES } from '../../src/store/coverage-store.ts';
import { coverageEnds, pruneCoverage, recordCoverage, selectCoverage } from '../../src/store/coverage-table.ts';
import { openHistory } from '../../src/store/history-database.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { type Database, openDatabase } from '../../src/store/sqlite-database.ts';
import { MemoryCoverage } from '../helpers/coverage-world.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const change = (camera: string, since: number, state: CoverageChange['state'] = 'watching'): CoverageChange => ({
  ...{ camera, since, state, reason: state === 'blind' ? 'offline' : null },
});
const changes = fc.array(
  fc.record({ camera: fc.constantFrom('a', 'b', 'c'), since: fc.integer({ min: 0, max: 40 }), state: fc.constantFrom('watching', 'blind', null) }),
  { maxLength: 25 },
);

describe('the coverage table', () => {
  it('does what plain arrays do', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 30 }), async (given, sinceMs, length) => {
        const database = inMemory();
        const model = new MemoryCoverage();
        for (const { camera, since, state } of given) {
          model.record([change(camera, since, state)], since);
          recordCoverage(database, [change(camera, since, state)], since);
        }
        expect(coverageEnds(database)).toEqual({ ...(await model.ends()), changes: byCamera((await model.ends()).changes) });
        for (const camera of [undefined, 'b']) {
          const query = { sinceMs, untilMs: sinceMs + length, ...(camera === undefined ? {} : { camera }) };
          expect(selectCoverage(database, query)).toEqual(byCamera(await model.query(query)));
        }
        database.close();
      }),
      { numRuns: 25 },
    );
  });

  it('says the same of the time after it was pruned', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 }), (given, before, step) => {
        const database = inMemory();
        for (const { camera, since, state } of given) recordCoverage(database, [change(camera, since, state)], since);
        const window = { sinceMs: before, untilMs: 100, nowMs: 90 };
        const report = () => coverageReport(selectCoverage(database, window) ?? [], window);
        const told = report();
        while (pruneCoverage(database, before, step) > 0) expect(report()).toEqual(told);
        const left = database.rows('SELECT count(*) AS left FROM coverage WHERE since_ms < ? GROUP BY camera', [before]);
        expect(Math.max(0, ...left.map((row) => Number(row['left'])))).toBeLessThanOrEqual(1);
        expect(coverageEnds(database).changes.filter(({ since, state }) => state === null && since < before)).toEqual([]);
        database.close();
      }),
      { numRuns: 25 },
    );
  });

  it('may be told the same twice', () => {
    const database = inMemory();
    const group = [change('a', 10), change('a', 20, 'blind'), change('a', 20)];
    for (const _ of [1, 2]) recordCoverage(database, group, 25);
    expect(coverageEnds(database)).toEqual({ changes: [change('a', 20)], aliveMs: 25 });
    expect(selectCoverage(database, { sinceMs: 0, untilMs: 100 })).toEqual([change('a', 10), change('a', 20)]);
  });

  it('refuses to give more than anybody can read', () => {
    const database = inMemory();
    recordCoverage(
      database,
      Array.from({ length: MOST_COVERAGE_ENTRIES + 1 }, (_, since) => change(since % 2 === 0 ? 'a' : 'b', since)),
      20_000,
    );
    expect(selectCoverage(database, { sinceMs: 0, untilMs: 20_000 })).toBeNull();
    expect(selectCoverage(database, { sinceMs: 0, untilMs: 20_000, camera: 'a' })).toHaveLength(MOST_COVERAGE_ENTRIES / 2 + 1);
  });

  it('joins a history of the version before, which keeps what it has', () => {
    const stateDir = temporaryDirectory();
    const old = openDatabase(`${stateDir}/history.db`, 0);
    old.script(MIGRATIONS[0] ?? '');
    old.script("INSERT INTO meta (key, value) VALUES ('storeId', 'kept'); PRAGMA user_version = 1");
    old.close();
    const { database } = openHistory(stateDir, 0, false);
    onTestFinished(() => database.close());
    expect(coverageEnds(database)).toEqual({ changes: [], aliveMs: null });
    expect(database.rows("SELECT value FROM meta WHERE key = 'storeId'")).toMatchObject([{ value: 'kept' }]);
  });
});

function inMemory(): Database {
  const database = openDatabase(':memory:', 0);
  for (const script of MIGRATIONS) database.script(script);
  return database;
}

function byCamera(found: readonly CoverageChange[]): readonly CoverageChange[] {
  return found.toSorted((a, b) => a.camera.localeCompare(b.camera) || a.since - b.since);
}
