import { expect, it } from 'vitest';
import { eventIdSource } from '../../src/events/event-id.ts';

it('makes ids that rise, also within one millisecond and when the wall clock goes back', () => {
  const next = eventIdSource();
  const ids = [5_000, 5_000, 5_000, 4_000, 6_000].map(next);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
});
