import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiQuery, eventFilterOf, isWanted, localFieldOf, NO_FILTER, queryOf, TYPES, utcOf } from '../../../src/dashboard/events/event-filter.ts';
import { parseEventQuery } from '../../../src/http/event-query.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const times = fc.date({ noInvalidDate: true, min: new Date('2000-01-01'), max: new Date('2100-01-01') }).map((date) => date.toISOString());
const filters = fc
  .record({
    camera: fc.constantFrom('', 'front_door', 'a-1'),
    rule: fc.string({ maxLength: 128 }),
    label: fc.string({ maxLength: 128, unit: 'grapheme' }).filter((text) => text.length <= 128),
    type: fc.constantFrom('', ...TYPES),
    since: fc.oneof(fc.constant(''), times),
    until: fc.oneof(fc.constant(''), times),
  })
  .filter(({ since, until }) => since === '' || until === '' || since < until);

describe('the filter in the address', () => {
  it('is empty for everything, and leaves out what the daemon would refuse', () => {
    expect(queryOf(NO_FILTER)).toBe('');
    expect(eventFilterOf('?camera=../x&type=Start&since=yesterday&x=1')).toEqual(NO_FILTER);
    expect(eventFilterOf(`?rule=${'a'.repeat(129)}&label=ok`)).toEqual({ ...NO_FILTER, label: 'ok' });
    expect(eventFilterOf('?since=2026-11-22T07:00:00Z&until=2026-11-22T06:00:00Z')).toEqual({ ...NO_FILTER, since: '2026-11-22T07:00:00.000Z' });
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(eventFilterOf(queryOf(filter))).toEqual(filter);
      }),
    );
  });

  it('is one that the daemon takes', () => {
    fc.assert(
      fc.property(filters, fc.option(fc.nat()), (filter, before) => {
        const parsed = parseEventQuery(new URLSearchParams(apiQuery(filter, 200, before)));
        expect(parsed).toMatchObject({ ok: true, query: { limit: 200 } });
        expect(parsed.ok && [parsed.query.before, parsed.query.per]).toEqual([before ?? undefined, filter.type === '' ? 'event' : undefined]);
      }),
    );
  });
});

it('knows which messages it lets through', () => {
  const event = labelEvent(1, { startedAt: '2026-11-22T06:00:00.000Z', at: '2026-11-22T06:10:00.000Z', type: 'update' });
  const wants = (over: object) => isWanted(event, { ...NO_FILTER, ...over });
  expect([wants({}), wants({ camera: 'front_door', rule: 'unsafe', label: 'Porn' }), wants({ camera: 'yard' })]).toEqual([true, true, false]);
  expect([wants({ rule: 'x' }), wants({ label: 'x' }), wants({ type: 'end' }), wants({ type: 'update' })]).toEqual([false, false, false, true]);
  const since = '2026-11-22T06:05:00.000Z';
  // Events lie where they began, messages where they were sent.
  expect([wants({ since }), wants({ since, type: 'update' }), wants({ until: since }), wants({ until: event.startedAt })]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

it('takes times of a form for local ones, and shows them so', () => {
  for (const utc of ['2026-01-22T06:11:00.000Z', '2026-07-22T23:59:00.000Z']) expect(utcOf(localFieldOf(utc))).toBe(utc);
  expect(localFieldOf('2026-01-22T06:11:00.000Z')).toMatch(/^2026-01-2\dT\d\d:\d\d$/);
  expect(utcOf(localFieldOf('2026-01-22T06:11:30.000Z')), 'not another time than the one that is shown').toBe('2026-01-22T06:11:30.000Z');
  expect([utcOf(''), utcOf('12'.repeat(20)), utcOf('+012345-01-01T00:00:00Z'), localFieldOf('')]).toEqual(['', '', '', '']);
});
