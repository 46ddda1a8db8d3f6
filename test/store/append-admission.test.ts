import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnsequencedEvent } from '../../src/events/label-event.ts';
import { AppendAdmission, MAX_WAITING_MESSAGES } from '../../src/store/append-admission.ts';
import { labelEvent } from '../helpers/label-events.ts';

const FULL = MAX_WAITING_MESSAGES;

describe('AppendAdmission', () => {
  it('gives up starts and updates when too many wait, counted', () => {
    const admission = new AppendAdmission();
    expect(admission.admit([event('start', 'a'), event('start', 'b')], FULL - 1)).toEqual([event('start', 'a')]);
    expect(admission.admit([event('update', 'a')], FULL)).toEqual([]);
    expect(admission.lost).toBe(2);
  });

  it('takes the end of an event that began, however many wait', () => {
    const admission = new AppendAdmission();
    expect(admission.admit([event('end', 'begun')], FULL)).toHaveLength(1);
  });

  it('gives up the whole course of an event whose start was given up, and nothing of the next one', () => {
    const admission = new AppendAdmission();
    admission.admit([event('start', 'a')], FULL);
    expect(admission.admit([event('update', 'a'), event('end', 'a')], 0)).toEqual([]);
    expect(admission.lost).toBe(3);
    expect(admission.admit([event('start', 'a')], 0)).toHaveLength(1);
  });

  it('does the same for a start that was admitted and could not be stored', () => {
    const admission = new AppendAdmission();
    const start = admission.admit([event('start', 'a')], 0);
    admission.giveUp(start);
    expect(admission.admit([event('end', 'a')], 0)).toEqual([]);
    expect(admission.lost).toBe(2);
  });

  it('never lets anything of an event through without its start, nor a start without its end, however full it is', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean(), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (script) => {
        const admission = new AppendAdmission();
        const active = new Set<string>();
        const told = new Set<string>();
        let given = 0;
        let admitted = 0;
        for (const [id, ends, full] of script) {
          const type = active.has(id) ? (ends ? 'end' : 'update') : 'start';
          if (type === 'end') active.delete(id);
          else active.add(id);
          given += 1;
          for (const message of admission.admit([event(type, id)], full ? FULL : 0)) {
            admitted += 1;
            expect(told.has(id)).toBe(message.type !== 'start');
            if (message.type === 'end') told.delete(id);
            else told.add(id);
          }
          if (type === 'end') expect(told.has(id)).toBe(false);
        }
        expect(admitted + admission.lost).toBe(given);
      }),
    );
  });
});

function event(type: UnsequencedEvent['type'], id: string): UnsequencedEvent {
  return labelEvent({ type, id });
}
