import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { coverageReport } from '../../src/http/coverage-report.ts';

const entry = (since: number, state: CoverageChange['state'], reason: CoverageChange['reason'] = null, camera = 'door'): CoverageChange => ({
  ...{ camera, since, state, reason },
});

describe('coverageReport', () => {
  it('cuts intervals to the time, and says what is not known of it', () => {
    const changes = [
      entry(100, 'watching'),
      entry(500, 'blind', 'offline'),
      entry(700, 'watching'),
      entry(900, null),
      entry(1_200, 'blind', 'start'),
    ];
    const [door] = coverageReport(changes, { sinceMs: 400, untilMs: 2_000, nowMs: 1_500 });
    expect(door?.totalsMs).toEqual({ watching: 300, reduced: 0, blind: 500, unknown: 800 });
    expect(door?.reasonsMs).toEqual({ offline: 200, start: 300 });
    expect(door?.intervals.map(({ state, since, until }) => [state, Date.parse(since), Date.parse(until)])).toEqual([
      ['watching', 400, 500],
      ['blind', 500, 700],
      ['watching', 700, 900],
      ['blind', 1_200, 1_500],
    ]);
  });

  it('makes one of neighbours that say the same', () => {
    const [door] = coverageReport([entry(0, 'blind', 'offline'), entry(10, 'blind', 'offline'), entry(20, 'blind', 'engine')], {
      ...{ sinceMs: 0, untilMs: 30, nowMs: 30 },
    });
    expect(door?.intervals).toEqual([
      { state: 'blind', reason: 'offline', since: '1970-01-01T00:00:00.000Z', until: '1970-01-01T00:00:00.020Z', durationMs: 20 },
      { state: 'blind', reason: 'engine', since: '1970-01-01T00:00:00.020Z', until: '1970-01-01T00:00:00.030Z', durationMs: 10 },
    ]);
  });

  it('leaves out cameras of which nothing is known at that time', () => {
    const changes = [entry(50, null), entry(10, 'watching', null, 'yard'), entry(500, 'watching', null, 'later')];
    expect(coverageReport(changes, { sinceMs: 100, untilMs: 200, nowMs: 300 }).map(({ camera }) => camera)).toEqual(['yard']);
    expect(coverageReport(changes, { sinceMs: 100, untilMs: 200, nowMs: 100 })).toEqual([]);
  });

  it('adds up to the millisecond, whatever is asked', () => {
    const state = fc.constantFrom<readonly [CoverageChange['state'], CoverageChange['reason']]>(
      ['watching', null],
      ['blind', 'offline'],
      [null, null],
    );
    const record = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), state), { maxLength: 20 });
    fc.assert(
      fc.property(record, fc.nat(300), fc.integer({ min: 1, max: 300 }), fc.nat(600), (steps, sinceMs, length, nowMs) => {
        let at = 0;
        const changes = steps.map(([gap, [is, reason]]) => {
          at += gap;
          return entry(at, is, reason);
        });
        for (const { totalsMs, intervals } of coverageReport(changes, { sinceMs, untilMs: sinceMs + length, nowMs })) {
          expect(totalsMs.watching + totalsMs.reduced + totalsMs.blind + totalsMs.unknown).toBe(length);
          expect(intervals.reduce((sum, { durationMs }) => sum + durationMs, 0)).toBe(length - totalsMs.unknown);
          const known = Array.from({ length }, (_, index) => sinceMs + index).filter(
            (ms) => ms < nowMs && changes.findLast(({ since }) => since <= ms)?.state === 'watching',
          );
          expect(totalsMs.watching).toBe(known.length);
        }
      }),
    );
  });
});
