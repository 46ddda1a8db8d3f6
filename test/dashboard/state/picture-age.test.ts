import { expect, it } from 'vitest';
import { pictureAgeMs } from '../../../src/dashboard/state/picture-age.ts';

const clocks = { daemonNowMs: Date.parse('2026-11-22T07:00:00.000Z'), nowMs: 5_000 };
const tile = { sequence: 126, atMs: 4_000 };

it('is that of the picture, however late it comes to this page', () => {
  expect(pictureAgeMs(tile, { sequence: 126, at: '2026-11-22T06:00:00.000Z' }, clocks)).toBe(3_600_000);
});

it('counts from when the picture came where the daemon has not told of it yet', () => {
  expect(pictureAgeMs(tile, { sequence: 125, at: '2026-11-22T06:00:00.000Z' }, clocks)).toBe(1_000);
  expect(pictureAgeMs(tile, { sequence: null, at: null }, clocks)).toBe(1_000);
});

it('is never below nothing', () => {
  expect(pictureAgeMs(tile, { sequence: 126, at: '2026-11-22T07:00:01.000Z' }, clocks)).toBe(0);
  expect(pictureAgeMs({ ...tile, atMs: 6_000 }, { sequence: 1, at: null }, clocks)).toBe(0);
});
