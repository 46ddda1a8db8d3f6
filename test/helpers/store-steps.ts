import fc from 'fast-check';
import type { UnsequencedEvent } from '../../src/events/label-event.ts';
import type { EventQuery } from '../../src/store/event-store.ts';
import { labelEvent } from './label-events.ts';

export const EVENT_IDS = ['01JD8Q4Z3M5R7T9V1X2Y4Z6A81', '01JD8Q4Z3M5R7T9V1X2Y4Z6A82', '01JD8Q4Z3M5R7T9V1X2Y4Z6A83'] as const;

type StoreStep =
  | { readonly do: 'append'; readonly events: readonly UnsequencedEvent[] }
  | { readonly do: 'query'; readonly query: EventQuery }
  /** Delivered or dead, of what waits: those whose sequence modulo `of` is 0. */
  | { readonly do: 'settle'; readonly of: number; readonly dead: boolean }
  | { readonly do: 'page'; readonly after: number; readonly limit: number }
  | { readonly do: 'prune' | 'reopen' };

const cameras = fc.constantFrom('garden', "it's; DROP TABLE events --");
const types = fc.constantFrom('start', 'update', 'end');

/** What may be asked of a history, with times within two weeks from `startMs` (wall clock). */
export function storeSteps(startMs: number): fc.Arbitrary<StoreStep> {
  const times = fc.integer({ min: 0, max: 14 * 24 }).map((hours) => new Date(startMs + hours * 3_600_000).toISOString());
  const events: fc.Arbitrary<UnsequencedEvent> = fc
    .record({
      id: fc.constantFrom(...EVENT_IDS),
      type: types,
      camera: cameras,
      rule: fc.constantFrom('a', 'b'),
      label: fc.constantFrom('x', 'ü'),
      at: times,
    })
    .map(labelEvent);
  const queries: fc.Arbitrary<EventQuery> = fc.record(
    {
      camera: cameras,
      rule: fc.constantFrom('a', 'b'),
      label: fc.constantFrom('x', 'ü'),
      type: types,
      since: times,
      until: times,
      after: fc.integer({ min: 0, max: 40 }),
      before: fc.integer({ min: 0, max: 40 }),
      per: fc.constant('event' as const),
      limit: fc.integer({ min: 1, max: 50 }),
    },
    { requiredKeys: ['limit'] },
  );
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), events: fc.array(events, { maxLength: 6 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('query' as const), query: queries }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), of: fc.integer({ min: 1, max: 3 }), dead: fc.boolean() }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('page' as const), after: fc.integer({ min: 0, max: 20 }), limit: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('prune' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  );
}
