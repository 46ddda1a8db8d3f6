import { describe, expect, it } from 'vitest';
import { type EventFilter, NO_FILTER } from '../../../src/dashboard/events/event-filter.ts';
import type { EventList } from '../../../src/dashboard/events/event-pages.ts';
import { currentRow, lastedMs, newsOf, whenWords } from '../../../src/dashboard/events/live-rows.ts';
import type { LabelEvent } from '../../../src/dashboard/state/messages.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const event = (id: string, sequence: number, over = {}) => labelEvent(sequence, { id, ...over });
const list: EventList = { rows: [event('03', 30), event('02', 20)], sequence: 30, rest: 'more', isLoading: false, problem: null };

describe('newsOf', () => {
  const newCount = (of: EventList, log: readonly LabelEvent[], told: readonly LabelEvent[], filter: EventFilter) =>
    newsOf(of, { log, told, most: 500 }, filter).count;

  it('counts events that began after the list was read, not those that go on', () => {
    const log = [event('05', 33, { type: 'update' }), event('04', 31), event('03', 32, { type: 'end' }), event('01', 34, { type: 'update' })];
    expect(newCount(list, log, [], NO_FILTER)).toBe(2);
    expect(newCount({ ...list, rest: 'unknown' }, log, log, NO_FILTER)).toBe(0);
    expect(newCount(list, log, [], { ...NO_FILTER, camera: 'elsewhere' })).toBe(0);
  });

  it('counts messages where messages are listed, also those that others of the same event followed', () => {
    const told = [
      event('02', 29),
      event('04', 31),
      event('04', 32, { type: 'update' }),
      event('04', 33, { type: 'update' }),
      event('04', 34, { type: 'end' }),
    ];
    const log = [event('04', 34, { type: 'end' })];
    expect(newCount(list, log, told, { ...NO_FILTER, type: 'start' })).toBe(1);
    expect(newCount(list, log, told, { ...NO_FILTER, type: 'update' })).toBe(2);
    expect(newCount(list, log, told, { ...NO_FILTER, type: 'end' })).toBe(1);
  });

  it('counts from nothing on where the list is empty', () => {
    expect(newCount({ ...list, rows: [], rest: 'none' }, [event('04', 31)], [], NO_FILTER)).toBe(1);
  });

  it('says that there is more than it kept', () => {
    const log = [event('06', 36), event('05', 35)];
    expect(newsOf(list, { log, told: log, most: 2 }, NO_FILTER)).toEqual({ count: 2, isLeast: true });
    expect(newsOf(list, { log, told: log, most: 2 }, { ...NO_FILTER, type: 'start' })).toEqual({ count: 2, isLeast: true });
    expect(newsOf(list, { log: [event('06', 36), event('03', 30)], told: [], most: 2 }, NO_FILTER)).toEqual({ count: 1, isLeast: false });
  });
});

it('shows a row as it stands now, unless it is a message', () => {
  const live = new Map([['03', event('03', 35, { type: 'end' })]]);
  const [first = event('', 0), second = event('', 0)] = list.rows;
  expect(currentRow(first, live, NO_FILTER).type).toBe('end');
  expect(currentRow(first, live, { ...NO_FILTER, type: 'start' })).toBe(first);
  expect(currentRow(second, live, NO_FILTER)).toBe(second);
  expect(currentRow(event('03', 36), live, NO_FILTER).sequence).toBe(36);
});

it('writes the time of today, and the day of other days', () => {
  const now = new Date(2026, 10, 22, 12).getTime();
  const at = (...parts: [number, number, number, number]) => new Date(...parts).toISOString();
  expect(whenWords(at(2026, 10, 22, 7), now)).toBe(new Date(2026, 10, 22, 7).toLocaleTimeString());
  expect(whenWords(at(2026, 10, 21, 7), now)).toMatch(/21/);
  expect(whenWords(at(2026, 10, 21, 7), now)).not.toMatch(/2026/);
  expect(whenWords(at(2025, 10, 21, 7), now)).toMatch(/2025/);
});

it('measures an event to its end, or to what is known of it', () => {
  const times = { startedAt: '2026-11-22T06:00:00.000Z', at: '2026-11-22T06:00:09.000Z' };
  expect([lastedMs({ ...times, endedAt: null }), lastedMs({ ...times, endedAt: '2026-11-22T06:00:04.500Z' })]).toEqual([9_000, 4_500]);
});
