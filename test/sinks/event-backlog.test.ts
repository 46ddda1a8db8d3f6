import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventBacklog } from '../../src/sinks/event-backlog.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const CLOCK = new VirtualClock();

describe('EventBacklog', () => {
  it('sends what was not acknowledged again, first and in order', () => {
    const backlog = new EventBacklog(10, CLOCK);
    for (const sequence of [1, 2, 3, 4]) backlog.add(sequencedEvent(sequence));
    expect([backlog.take(), backlog.take(), backlog.take()].map((event) => event?.sequence)).toEqual([1, 2, 3]);
    backlog.settle(2);
    backlog.rewind();
    expect(takeAll(backlog)).toEqual([1, 3, 4]);
  });

  it('gives up the oldest that waits, never what is in flight', () => {
    const backlog = new EventBacklog(3, CLOCK);
    for (const sequence of [1, 2, 3]) expect(backlog.add(sequencedEvent(sequence))).toBe('accepted');
    expect(backlog.take()?.sequence).toBe(1);
    expect(backlog.add(sequencedEvent(4))).toBe('overflow');
    backlog.rewind();
    expect(takeAll(backlog)).toEqual([1, 3, 4]);
  });

  it('gives up the new one when everything is in flight', () => {
    const backlog = new EventBacklog(1, CLOCK);
    backlog.add(sequencedEvent(1));
    backlog.take();
    expect(backlog.add(sequencedEvent(2))).toBe('overflow');
    expect(backlog.size).toBe(1);
  });

  it('knows how long its oldest event has been there, also when it was sent in vain', async () => {
    const clock = new VirtualClock();
    const backlog = new EventBacklog(2, clock);
    expect(backlog.oldestMs).toBe(0);
    backlog.add(sequencedEvent(1));
    await clock.advance(3_000);
    backlog.add(sequencedEvent(2));
    backlog.take();
    backlog.rewind();
    await clock.advance(1_000);
    expect(backlog.oldestMs).toBe(4_000);
    backlog.take();
    backlog.take();
    expect(backlog.oldestMs).toBe(4_000);
    backlog.settle(1);
    expect(backlog.oldestMs).toBe(1_000);
    backlog.settle(2);
    expect(backlog.oldestMs).toBe(0);
  });

  it('loses nothing that it did not report, in order, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('add', 'add', 'take', 'settle', 'rewind'), { maxLength: 80 }),
        fc.integer({ min: 1, max: 8 }),
        (script, limit) => {
          const backlog = new EventBacklog(limit, CLOCK);
          let sequence = 0;
          let overflowed = 0;
          const flying: number[] = [];
          const settled: number[] = [];
          for (const step of script) {
            if (step === 'add' && backlog.add(sequencedEvent(++sequence)) === 'overflow') overflowed += 1;
            if (step === 'take') {
              const event = backlog.take();
              if (event) flying.push(event.sequence);
            }
            const oldest = flying[0];
            if (step === 'settle' && oldest !== undefined) {
              expect(backlog.settle(oldest)).toBe(true);
              settled.push(...flying.splice(0, 1));
            }
            if (step === 'rewind') {
              backlog.rewind();
              flying.length = 0;
            }
            expect(backlog.size).toBeLessThanOrEqual(limit);
            expect(backlog.inFlight).toBe(flying.length);
          }
          backlog.rewind();
          const delivered = [...settled, ...takeAll(backlog)];
          expect(delivered).toEqual(delivered.toSorted((a, b) => a - b));
          expect(delivered.length + overflowed).toBe(sequence);
        },
      ),
    );
  });
});

function takeAll(backlog: EventBacklog): number[] {
  const sequences: number[] = [];
  for (let event = backlog.take(); event; event = backlog.take()) sequences.push(event.sequence);
  return sequences;
}
