import { describe, expect, it } from 'vitest';
import { duration, fileTime } from '../../src/classify/file-time.ts';

describe('fileTime', () => {
  it.each([
    [0, '0:00:00.000'],
    [41.667, '0:00:00.042'],
    [999.6, '0:00:01.000'],
    [59_999.5, '0:01:00.000'],
    [3_723_004, '1:02:03.004'],
    [360_000_000, '100:00:00.000'],
    [-5, '0:00:00.000'],
  ])('%d ms is %s', (ms, text) => {
    expect(fileTime(ms)).toBe(text);
  });
});

describe('duration', () => {
  it('rounds to seconds', () => {
    expect([0, 499, 500, 61_400, 3_599_999].map(duration)).toEqual(['0:00:00', '0:00:00', '0:00:01', '0:01:01', '1:00:00']);
  });
});
