import { describe, expect, it } from 'vitest';
import { parseCoverageQuery } from '../../src/http/coverage-query.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;
const parse = (query: string) => parseCoverageQuery(new URLSearchParams(query), NOW);

describe('parseCoverageQuery', () => {
  it('asks for the last day of all cameras, where nothing else is said', () => {
    expect(parse('')).toEqual({ ok: true, query: { sinceMs: NOW - DAY_MS, untilMs: NOW } });
    expect(parse('camera=door&until=2026-11-20')).toEqual({
      ok: true,
      query: { camera: 'door', sinceMs: Date.UTC(2026, 10, 19), untilMs: Date.UTC(2026, 10, 20) },
    });
    expect(parse('since=2026-11-22T11:00:00Z')).toEqual({ ok: true, query: { sinceMs: NOW - 3_600_000, untilMs: NOW } });
    expect(parse('since=2026-11-22&until=2026-12-01')).toMatchObject({ ok: true, query: { untilMs: Date.UTC(2026, 11, 1) } });
  });

  it('refuses what it does not know and what cannot be', () => {
    expect(parse('camera=a%20b&limit=3&since=now')).toMatchObject({
      ok: false,
      problems: [{ parameter: 'camera' }, { parameter: 'limit', message: 'unknown; known are camera, since, until' }, { parameter: 'since' }],
    });
    expect(parse('since=2026-11-23')).toMatchObject({ ok: false, problems: [{ parameter: 'since' }] });
    expect(parse('since=2026-11-23&until=2026-11-22')).toMatchObject({ ok: false, problems: [{ parameter: 'until' }] });
  });
});
