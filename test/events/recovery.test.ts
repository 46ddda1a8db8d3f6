import { expect, it } from 'vitest';
import { recoveredEnd } from '../../src/events/recovery.ts';
import { labelEvent } from '../helpers/label-events.ts';

it('ends an event that a crash left open at the time when it was last seen, without a sequence of its own', () => {
  const open = { ...labelEvent({ type: 'update', at: '2026-01-01T00:00:09.000Z' }), sequence: 41 };
  const end = recoveredEnd(open);
  expect(end).toMatchObject({ id: open.id, type: 'end', at: open.at, endedAt: open.at, endReason: 'recovered' });
  expect(end).not.toHaveProperty('sequence');
  // One that an older version stored says nothing of its reasons, and neither does its end.
  expect(end).not.toHaveProperty('explain');
});

it('explains the end by the crash, with the numbers of the rule as it was', () => {
  const rule = {
    ...{ labels: ['Porn'], enter: 0.8, minFrames: 3, enterForMs: 0, exit: 0.6 },
    ...{ offDelayMs: 3_000, cooldownMs: 0, maxDurationMs: 0 },
  };
  const open = { ...labelEvent({ type: 'update', explain: { rule, because: { kind: 'goesOn', sinceMs: 10_000 } } }), sequence: 41 };
  expect(recoveredEnd(open).explain).toEqual({ rule, because: { kind: 'outside', reason: 'recovered' } });
});
