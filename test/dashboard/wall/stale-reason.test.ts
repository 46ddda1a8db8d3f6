import { describe, expect, it } from 'vitest';
import { nextTry, staleReason, staleWhy } from '../../../src/dashboard/wall/stale-reason.ts';

const now = Date.parse('2026-01-01T00:00:00.000Z');
const refused = { code: 'CAMERA_AUTH', message: '401: wrong user or password', at: '2026-01-01T00:00:00.000Z' };
const watching = { state: 'watching', since: '2026-01-01T00:00:00.000Z', reason: null } as const;

describe('staleReason', () => {
  it.each([
    ['live', { state: 'live', error: null, nextTryAt: null, coverage: watching }, null],
    [
      'waiting',
      { state: 'authFailed', error: refused, nextTryAt: '2026-01-01T00:04:12.000Z', coverage: null },
      '401: wrong user or password, next try in 4:12',
    ],
    [
      'due',
      { state: 'authFailed', error: refused, nextTryAt: '2026-01-01T00:00:00.000Z', coverage: null },
      '401: wrong user or password, next try now',
    ],
    ['connecting for the first time', { state: 'connecting', error: null, nextTryAt: null, coverage: null }, 'connecting'],
    ['switched off', { state: 'disabled', error: refused, nextTryAt: '2026-01-01T00:04:12.000Z', coverage: null }, 'switched off'],
    [
      'live, yet not judged',
      { state: 'live', error: null, nextTryAt: null, coverage: { ...watching, state: 'blind', reason: 'engine' } },
      'not watched: the network is away',
    ],
  ] as const)('%s', (_, camera, expected) => {
    expect(staleReason(camera, now)).toBe(expected);
  });
});

it('gives the reason and the time of the next try apart, so that a tile can cut the one and keep the other', () => {
  const camera = { state: 'authFailed', error: refused, nextTryAt: '2026-01-01T00:04:12.000Z', coverage: null } as const;
  expect([staleWhy(camera), nextTry(camera, now)]).toEqual(['401: wrong user or password', 'next try in 4:12']);
  expect(nextTry({ ...camera, state: 'live' }, now)).toBeNull();
});
