import { expect, it } from 'vitest';
import { recoveredEnd } from '../../src/events/recovery.ts';
import { labelEvent } from '../helpers/label-events.ts';

it('ends an event that a crash left open at the time when it was last seen, without a sequence of its own', () => {
  const open = { ...labelEvent({ type: 'update', at: '2026-01-01T00:00:09.000Z' }), sequence: 41 };
  const end = recoveredEnd(open);
  expect(end).toMatchObject({ id: open.id, type: 'end', at: open.at, endedAt: open.at, endReason: 'recovered' });
  expect(end).not.toHaveProperty('sequence');
});
