import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { sinceArgument, timeArgument } from '../../src/cli/since.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

describe('sinceArgument', () => {
  it('takes digits for a sequence, and all else for a time', () => {
    const since = sinceArgument(NOW);
    expect(since('4711')).toEqual({ sequence: 4711 });
    expect(since('0')).toEqual({ sequence: 0 });
    expect(since('2h')).toEqual({ timeMs: NOW - 7_200_000 });
    expect(since('2026-11-22T06:11:00Z')).toEqual({ timeMs: Date.UTC(2026, 10, 22, 6, 11) });
    for (const text of ['', 'yesterday', '-5', '1.5', '2 h', '2026-13-01', '2026-11-22T25:00Z'])
      expect(() => since(text), text).toThrow(InvalidArgumentError);
  });
});

describe('timeArgument', () => {
  const time = timeArgument(NOW);

  it('counts back from now', () => {
    expect(['90s', '30m', '30min', '1.5h', '3d', '1w'].map((text) => (NOW - time(text)) / 1_000)).toEqual([
      90, 1_800, 1_800, 5_400, 259_200, 604_800,
    ]);
  });

  it('reads ISO 8601, local where no zone is named', () => {
    expect(time('2026-11-22T06:11:00.123Z')).toBe(Date.UTC(2026, 10, 22, 6, 11, 0, 123));
    expect(time('2026-11-22T06:11+02:00')).toBe(Date.UTC(2026, 10, 22, 4, 11));
    expect(time('2026-11-22 06:11')).toBe(new Date(2026, 10, 22, 6, 11).getTime());
    expect(time('2026-11-22')).toBe(new Date(2026, 10, 22).getTime());
  });

  it('refuses a sequence', () => {
    expect(() => time('4711')).toThrow(InvalidArgumentError);
  });
});
