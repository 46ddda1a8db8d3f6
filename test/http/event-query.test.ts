import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMIT, HIGHEST_LIMIT, parseEventQuery, parseSequence } from '../../src/http/event-query.ts';

const parse = (text: string) => parseEventQuery(new URLSearchParams(text));
const problemsOf = (text: string) => {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.problems.map(({ parameter }) => parameter);
};

describe('parseEventQuery', () => {
  it('takes every filter of the contract, with times in one form', () => {
    const text = 'camera=front_door&rule=unsafe&label=Porn&type=start&since=2026-11-22T07:00:00%2B01:00&until=2026-11-23&after=5&before=9&limit=7';
    expect(parse(text)).toEqual({
      ok: true,
      query: {
        camera: 'front_door',
        rule: 'unsafe',
        label: 'Porn',
        type: 'start',
        since: '2026-11-22T06:00:00.000Z',
        until: '2026-11-23T00:00:00.000Z',
        after: 5,
        before: 9,
        limit: 7,
      },
    });
  });

  it('takes each event once', () => {
    expect(parse('per=event&before=5')).toEqual({ ok: true, query: { per: 'event', before: 5, limit: DEFAULT_LIMIT } });
  });

  it('has a default limit', () => {
    expect(parse('')).toEqual({ ok: true, query: { limit: DEFAULT_LIMIT } });
  });

  it.each([
    ['limit=0', 'limit'],
    [`limit=${HIGHEST_LIMIT + 1}`, 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=-1', 'limit'],
    ['after=-1', 'after'],
    ['after=1.5', 'after'],
    ['before=x', 'before'],
    ['per=camera', 'per'],
    ['per=event&type=start', 'type'],
    ['after=99999999999999999', 'after'],
    ['after=9007199254740993', 'after'],
    ['type=Start', 'type'],
    ['camera=../etc', 'camera'],
    ['camera=', 'camera'],
    ['rule=', 'rule'],
    [`label=${'x'.repeat(129)}`, 'label'],
    ['since=yesterday', 'since'],
    ['since=2026-11-22T06:00:00', 'since'],
    ['since=2026-02-30', 'since'],
    ['since=2026-13-01', 'since'],
    ['until=9999-12-31T23:59:59-10:00', 'until'],
    ['since=2026-11-22&until=2026-11-22', 'until'],
    ['camara=a', 'camara'],
    ['limit=1&limit=2', 'limit'],
    ['__proto__=1', '__proto__'],
  ])('names what is wrong with %s', (text, parameter) => {
    expect(problemsOf(text)).toEqual([parameter]);
  });

  it('names all problems at once', () => {
    expect(problemsOf('limit=x&type=y&z=1')).toEqual(['limit', 'type', 'z']);
  });

  it('never throws, and what it accepts is inside every bound', () => {
    const name = fc.constantFrom('camera', 'rule', 'label', 'type', 'since', 'until', 'after', 'before', 'per', 'limit');
    const value = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(name, fc.string()), value), { maxLength: 6 }), (pairs) => {
        const parsed = parseEventQuery(new URLSearchParams(pairs));
        if (!parsed.ok) return parsed.problems.length > 0;
        const { limit, after, since, until, camera } = parsed.query;
        const isTime = (text: string | undefined) => text === undefined || new Date(text).toISOString() === text;
        expect(Number.isInteger(limit) && limit >= 1 && limit <= HIGHEST_LIMIT).toBe(true);
        expect(after === undefined || (Number.isSafeInteger(after) && after >= 0)).toBe(true);
        expect(isTime(since) && isTime(until)).toBe(true);
        expect(since === undefined || until === undefined || since < until).toBe(true);
        expect(camera === undefined || /^[\w-]{1,64}$/.test(camera)).toBe(true);
        return Object.keys(parsed.query).every((key) => key === 'limit' || pairs.some(([name]) => name === key));
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseSequence', () => {
  it('reads back every safe whole number and nothing else', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (value) => parseSequence(String(value)) === value));
    fc.assert(fc.property(fc.string(), (text) => parseSequence(text) === null || /^\d+$/.test(text)));
  });
});
