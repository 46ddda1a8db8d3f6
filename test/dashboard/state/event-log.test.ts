import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventLogOf, withEvent } from '../../../src/dashboard/state/event-log.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const event = (id: string, sequence: number, second: number) => ({ ...labelEvent(sequence), id, startedAt: new Date(second * 1000).toISOString() });

describe('the event log', () => {
  it('has one row an event, newest begin first, with its newest message', () => {
    const start = event('a', 1, 10);
    const log = [start, event('b', 2, 20), event('c', 3, 15)].reduce<ReturnType<typeof eventLogOf>>((rows, one) => withEvent(rows, one), []);
    expect(log.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    const updated = withEvent(log, event('a', 4, 10));
    expect(updated.map(({ id, sequence }) => `${id}${sequence}`)).toEqual(['b2', 'c3', 'a4']);
    expect(withEvent(updated, start)).toBe(updated);
  });

  it('keeps what was told last, also of an event that began long before the others', () => {
    const long = event('long', 1, 1);
    const busy = Array.from({ length: 4 }, (_, index) => event(`busy${index}`, index + 2, index + 10));
    const log = [long, ...busy, event('long', 6, 1)].reduce<ReturnType<typeof eventLogOf>>((rows, one) => withEvent(rows, one, 4), []);
    expect(log.map(({ id, sequence }) => `${id} ${sequence}`)).toEqual(['busy3 5', 'busy2 4', 'busy1 3', 'long 6']);
    expect(eventLogOf([long, ...busy, event('long', 6, 1)], 4)).toEqual(log);
  });

  it('is the same from the history and from live messages in any order, and bounded', () => {
    const messages = fc.array(fc.tuple(fc.nat(12), fc.nat(100)), { maxLength: 60 });
    fc.assert(
      fc.property(messages, (drawn) => {
        // The begin belongs to the event, so that all its messages have the same.
        const made = drawn.map(([id], index) => event(`e${id}`, index + 1, 1000 - id));
        const live = made.reduce<ReturnType<typeof eventLogOf>>((log, one) => withEvent(log, one, 8), []);
        const whole = made.reduce<ReturnType<typeof eventLogOf>>((log, one) => withEvent(log, one), []);
        expect(eventLogOf(made.toReversed())).toEqual(whole);
        expect(live.length).toBeLessThanOrEqual(8);
        expect(eventLogOf(made, 8)).toHaveLength(Math.min(8, new Set(made.map(({ id }) => id)).size));
      }),
    );
  });
});
