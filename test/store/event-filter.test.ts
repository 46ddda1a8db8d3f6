import { describe, expect, it } from 'vitest';
import { MAX_QUERY_LIMIT, selectEvents } from '../../src/store/event-filter.ts';

describe('selectEvents', () => {
  it('gives the newest first, or, after a sequence, the oldest first', () => {
    expect(selectEvents({ limit: 5 })).toEqual({ sql: 'SELECT payload FROM events ORDER BY sequence DESC LIMIT ?', parameters: [5] });
    expect(selectEvents({ after: 7, limit: 5 })).toEqual({
      sql: 'SELECT payload FROM events WHERE sequence > ? ORDER BY sequence ASC LIMIT ?',
      parameters: [7, 5],
    });
  });

  it('goes backwards from a sequence', () => {
    expect(selectEvents({ before: 7, limit: 5 })).toEqual({
      sql: 'SELECT payload FROM events WHERE sequence < ? ORDER BY sequence DESC LIMIT ?',
      parameters: [7, 5],
    });
  });

  it('gives each event once, as its newest message, in the order of their starts', () => {
    const { sql, parameters } = selectEvents({ per: 'event', camera: 'a', before: 7, limit: 5 });
    expect(sql).toMatch(
      /^SELECT \(SELECT n\.payload .* ORDER BY n\.sequence DESC LIMIT 1\) AS payload FROM events WHERE camera = \? AND type = 'start' AND sequence < /,
    );
    expect(parameters).toEqual(['a', 7, 7, 5]);
  });

  it('carries values as parameters only', () => {
    const { sql, parameters } = selectEvents({ camera: "x' OR 1=1 --", since: '2026-01-01T01:00:00+01:00', limit: 1 });
    expect(sql).toBe('SELECT payload FROM events WHERE camera = ? AND at_ms >= ? ORDER BY sequence DESC LIMIT ?');
    expect(parameters).toEqual(["x' OR 1=1 --", Date.UTC(2026, 0, 1), 1]);
  });

  it('bounds the limit', () => {
    expect([-1, 2.7, 1e9].map((limit) => selectEvents({ limit }).parameters[0])).toEqual([0, 2, MAX_QUERY_LIMIT]);
  });

  it('refuses a time that is none', () => {
    expect(() => selectEvents({ since: 'yesterday', limit: 1 })).toThrow(/"yesterday" is no time/);
  });
});
