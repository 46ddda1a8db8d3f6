import { describe, expect, it } from 'vitest';
import { parseScoreQuery } from '../../src/http/score-query.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const parse = (query: string) => parseScoreQuery(new URLSearchParams(query), NOW);

describe('parseScoreQuery', () => {
  it('asks for the last five minutes, where nothing else is said', () => {
    expect(parse('')).toEqual({ ok: true, span: { sinceMs: NOW - 300_000, untilMs: NOW } });
    expect(parse('since=2026-11-22T11:00:00Z')).toEqual({ ok: true, span: { sinceMs: NOW - 3_600_000, untilMs: NOW } });
    expect(parse('until=2026-11-20')).toEqual({ ok: true, span: { sinceMs: Date.UTC(2026, 10, 20) - 300_000, untilMs: Date.UTC(2026, 10, 20) } });
    expect(parse('since=2026-11-20&until=2026-11-21')).toMatchObject({ ok: true, span: { sinceMs: Date.UTC(2026, 10, 20) } });
  });

  it('refuses what it does not know, what cannot be, and more than a day', () => {
    expect(parse('camera=door&since=now')).toMatchObject({
      ok: false,
      problems: [{ parameter: 'camera', message: 'unknown; known are since, until' }, { parameter: 'since' }],
    });
    expect(parse('since=2026-11-23')).toMatchObject({
      ok: false,
      problems: [{ parameter: 'since', message: expect.stringContaining('earlier than now') }],
    });
    expect(parse('since=2026-11-21&until=2026-11-20')).toMatchObject({ ok: false, problems: [{ parameter: 'until' }] });
    expect(parse('since=2026-11-20&until=2026-11-21T00:00:01Z')).toMatchObject({
      ok: false,
      problems: [{ parameter: 'since', message: expect.stringContaining('at most 24 hours') }],
    });
  });
});
