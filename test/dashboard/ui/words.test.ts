import { describe, expect, it } from 'vitest';
import { countdown, coverageInWords, duration, percent, stateInWords, toneOf, troubleOf } from '../../../src/dashboard/ui/words.ts';
import { COVERAGE_REASONS } from '../../../src/events/coverage.ts';
import { CAMERA_STATES } from '../../../src/stream/camera-status.ts';

describe('words', () => {
  it('has some for every state and every reason of the daemon', () => {
    for (const state of CAMERA_STATES) {
      expect(stateInWords(state)).toMatch(/^[a-z ]+$/);
      expect(['good', 'warn', 'bad', 'quiet']).toContain(toneOf(state));
    }
    for (const reason of COVERAGE_REASONS) expect(coverageInWords({ state: 'blind', reason })).not.toMatch(new RegExp(`: ${reason}$`));
    expect(coverageInWords({ state: 'watching', reason: null })).toBe('watched');
  });

  it('tells the trouble of a camera, and none of one that is live or switched off on purpose', () => {
    const error = { code: 'X', message: 'it broke', at: '' };
    expect(troubleOf({ state: 'live', error })).toBeNull();
    expect(troubleOf({ state: 'offline', error })).toBe('it broke');
    expect(troubleOf({ state: 'connecting', error: null })).toBe('connecting');
    expect(troubleOf({ state: 'disabled', error })).toBe('switched off');
  });

  it.each([
    [-5, '0.0 s', '0:00'],
    [1, '0.0 s', '0:01'],
    [9_940, '9.9 s', '0:10'],
    [59_400, '59 s', '1:00'],
    [252_000, '4 min', '4:12'],
    [3_852_000, '64 min', '1:04:12'],
    [36_000_000, '10 h', '10:00:00'],
    [864_000_000, '10 days', '240:00:00'],
  ])('%i ms', (ms, long, down) => {
    expect([duration(ms), countdown(ms)]).toEqual([long, down]);
  });

  it('rounds scores', () => {
    expect([percent(0), percent(0.555), percent(1)]).toEqual(['0 %', '56 %', '100 %']);
  });
});
