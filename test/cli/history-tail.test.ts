import { describe, expect, it } from 'vitest';
import { HistoryTail } from '../../src/cli/history-tail.ts';
import type { Since } from '../../src/cli/since.ts';
import type { LabelEvent } from '../../src/events/label-event.ts';
import type { EventQuery } from '../../src/store/event-store.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { EventModel } from '../helpers/event-model.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('HistoryTail', () => {
  it('gives all there is, page by page, and then what is added, each once', async () => {
    const { model, tail, clock } = stage(null);
    model.append(Array.from({ length: 2_300 }, () => labelEvent()));
    await tail.open();
    const pages: number[] = [];
    for await (const page of tail.stored()) pages.push(page.length);
    expect(pages).toEqual([1_000, 1_000, 300]);
    const { seen, stop } = follow(tail);
    await clock.advance(1_000);
    expect(seen).toEqual([]);
    model.append([labelEvent(), labelEvent()]);
    await clock.advance(200);
    model.append([labelEvent()]);
    await clock.advance(200);
    expect(seen).toEqual([2301, 2302, 2303]);
    await stop(clock);
  });

  it('begins behind a sequence, and says what is no longer kept or not yet there', async () => {
    const { model, tail, said } = stage({ sequence: 2 });
    model.append(Array.from({ length: 5 }, (_, day) => labelEvent({ type: 'end', at: `2026-01-0${day + 1}T00:00:00.000Z` })));
    await tail.open();
    expect(await sequences(tail)).toEqual([3, 4, 5]);
    expect(said).toEqual([]);
    model.settle([1, 2, 3, 4, 5], false);
    model.prune(Date.parse('2026-01-05T00:00:00.000Z'));
    const later = stage({ sequence: 2 }, model);
    await later.tail.open();
    expect(later.said).toEqual(['3 to 4 are no longer kept']);
    const ahead = stage({ sequence: 99 }, model);
    await ahead.tail.open();
    expect(ahead.said[0]).toContain('the newest sequence is 5: 99 belongs to another history');
    model.append([labelEvent()]);
    expect(await sequences(ahead.tail)).toEqual([6]);
  });

  it('takes a time for what is stored only: what comes is new whatever its time says', async () => {
    const { model, tail, clock } = stage({ timeMs: Date.parse('2026-01-02T00:00:00.000Z') });
    model.append([labelEvent({ at: '2026-01-01T00:00:00.000Z' }), labelEvent({ at: '2026-01-03T00:00:00.000Z' })]);
    await tail.open();
    expect(await sequences(tail)).toEqual([2]);
    const { seen, stop } = follow(tail);
    model.append([labelEvent({ type: 'end', at: '2026-01-01T00:00:00.000Z', endReason: 'recovered' })]);
    await clock.advance(200);
    expect(seen).toEqual([3]);
    await stop(clock);
  });

  it('tells of another history, and follows it from its start', async () => {
    const { model, tail, clock, said, replace } = stage(null);
    model.append([labelEvent(), labelEvent()]);
    await tail.open();
    expect(await sequences(tail)).toEqual([1, 2]);
    const { seen, stop } = follow(tail);
    await clock.advance(200);
    const other = new EventModel();
    other.append([labelEvent()]);
    replace(other);
    await clock.advance(200);
    expect(seen).toEqual([1]);
    expect(said).toEqual([expect.stringContaining('another history has begun')]);
    await stop(clock);
  });

  it('waits for a history that is away for a while, told once, and gives up on one that stays away', async () => {
    const { model, tail, clock, said, fail } = stage(null);
    await tail.open();
    const { seen, stop } = follow(tail);
    fail(true);
    await clock.advance(5_000);
    model.append([labelEvent()]);
    fail(false);
    await clock.advance(200);
    expect(seen).toEqual([1]);
    expect(said).toHaveLength(1);
    fail(true);
    await clock.advance(10_600);
    await expect(stop(clock)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

function follow(tail: HistoryTail) {
  const seen: number[] = [];
  const over = new AbortController();
  const done = (async () => {
    for await (const page of tail.added(over.signal)) seen.push(...page.map(({ sequence }) => sequence));
  })();
  // It is looked at in the end.
  done.catch(() => undefined);
  const stop = async (clock: VirtualClock) => {
    over.abort();
    await clock.advance(200);
    await done;
  };
  return { seen, stop };
}

async function sequences(tail: HistoryTail): Promise<number[]> {
  const found: LabelEvent[] = [];
  for await (const page of tail.stored()) found.push(...page);
  return found.map(({ sequence }) => sequence);
}

const NOTHING_WAITS = { depth: 0, oldestMs: null };

/** A tail on a history in memory, which can be replaced or be away. */
function stage(since: Since | null, model = new EventModel()) {
  const clock = new VirtualClock();
  const said: string[] = [];
  let [current, storeId, isAway] = [model, 'first', false];
  const read = <T>(work: () => T): Promise<T> =>
    isAway ? Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'There is no history.')) : Promise.resolve(work());
  const reader = {
    facts: () => read(() => ({ storeId, lastSequence: current.lastSequence, oldestSequence: current.oldestSequence, outbox: NOTHING_WAITS })),
    query: (query: EventQuery) => read(() => current.query(query)),
    reopenIfReplaced: () => false,
  };
  const tail = new HistoryTail({ reader, filter: {}, since, clock, say: (words) => void said.push(words) });
  return {
    ...{ model, tail, clock, said },
    fail: (away: boolean) => {
      isAway = away;
    },
    replace(other: EventModel) {
      current = other;
      storeId = 'second';
    },
  };
}
