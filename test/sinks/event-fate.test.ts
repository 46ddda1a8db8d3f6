import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventFate } from '../../src/sinks/event-fate.ts';

const [START, UPDATE, END] = [{ type: 'start' }, { type: 'update' }, { type: 'end' }] as const;

describe('eventFate', () => {
  it('tells everything, however late, and says from a minute on that it is late', () => {
    expect(eventFate(START, 60_000, false, null)).toEqual({ kind: 'send', replayed: false, expirySeconds: 86_400 });
    expect(eventFate(START, 60_001, false, null)).toEqual({ kind: 'send', replayed: true, expirySeconds: 86_400 });
    expect(eventFate(START, 1e10, false, null)).toMatchObject({ kind: 'send' });
  });

  it('by choice tells no start and no update that is too old, and lets the broker keep them for the rest of their time only', () => {
    expect(eventFate(START, 90_500, false, 100)).toEqual({ kind: 'send', replayed: true, expirySeconds: 10 });
    expect(eventFate(UPDATE, 99_999, false, 100)).toMatchObject({ kind: 'send', expirySeconds: 1 });
    for (const event of [START, UPDATE]) expect(eventFate(event, 100_000, false, 100)).toEqual({ kind: 'expired' });
  });

  it('tells the end of what was told, whatever its age, and nothing of what was not', () => {
    expect(eventFate(END, 1e9, false, 100)).toEqual({ kind: 'send', replayed: true, expirySeconds: 86_400 });
    for (const event of [UPDATE, END]) expect(eventFate(event, 0, true, 100)).toEqual({ kind: 'expired' });
    expect(eventFate(END, 0, true, null)).toMatchObject({ kind: 'send' });
  });

  it('never gives the broker a time of nothing, and takes a wall clock that is behind for now', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(START, UPDATE, END),
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        (event, ageMs, limit) => {
          const fate = eventFate(event, ageMs, false, limit);
          if (fate.kind === 'send') expect(Number.isInteger(fate.expirySeconds) && fate.expirySeconds >= 1).toBe(true);
          else expect(ageMs / 1000).toBeGreaterThanOrEqual(limit);
        },
      ),
    );
  });
});
