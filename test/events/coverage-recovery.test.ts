import { describe, expect, it } from 'vitest';
import type { CoverageChange } from '../../src/events/coverage.ts';
import { recoveredCoverage } from '../../src/events/coverage-recovery.ts';

const entry = (since: number, state: CoverageChange['state'], reason: CoverageChange['reason'] = null): CoverageChange => ({
  ...{ camera: 'door', since, state, reason },
});

describe('recoveredCoverage', () => {
  it('begins a record where there is none, or where it had ended', () => {
    const expected = { changes: [entry(900, 'blind', 'start')], blind: new Map([['door', { state: 'blind', since: 900, reason: 'start' }]]) };
    expect(recoveredCoverage({ changes: [], aliveMs: null }, ['door'], 900)).toEqual(expected);
    expect(recoveredCoverage({ changes: [entry(100, null)], aliveMs: 500 }, ['door'], 900)).toEqual(expected);
    expect(recoveredCoverage({ changes: [entry(100, null)], aliveMs: 500 }, [], 900).changes).toEqual([]);
  });

  it('goes on with a blindness that is still the same', () => {
    for (const reason of ['shutdown', 'crash'] as const) {
      const { changes, blind } = recoveredCoverage({ changes: [entry(400, 'blind', reason)], aliveMs: 500 }, ['door'], 900);
      expect(changes).toEqual([]);
      expect(blind.get('door')).toEqual({ state: 'blind', since: 400, reason });
    }
  });

  it('says of everything else that the daemon died', () => {
    for (const left of [entry(400, 'watching'), entry(400, 'reduced', 'overload'), entry(400, 'blind', 'offline'), entry(400, 'blind', 'start')]) {
      expect(recoveredCoverage({ changes: [left], aliveMs: 500 }, ['door'], 900).changes).toEqual([entry(500, 'blind', 'crash')]);
    }
    // An entry is itself a sign of life.
    expect(recoveredCoverage({ changes: [entry(700, 'watching')], aliveMs: 500 }, ['door'], 900).changes).toEqual([entry(700, 'blind', 'crash')]);
    expect(recoveredCoverage({ changes: [entry(700, 'watching')], aliveMs: null }, ['door'], 900).changes).toEqual([entry(700, 'blind', 'crash')]);
  });

  it('ends the record of a camera that nobody asks for any more, with the crash that came before', () => {
    expect(recoveredCoverage({ changes: [entry(400, 'blind', 'shutdown')], aliveMs: 500 }, [], 900).changes).toEqual([entry(900, null)]);
    expect(recoveredCoverage({ changes: [entry(400, 'watching')], aliveMs: 500 }, ['yard'], 900).changes).toEqual([
      entry(500, 'blind', 'crash'),
      entry(900, null),
      { ...entry(900, 'blind', 'start'), camera: 'yard' },
    ]);
  });
});
