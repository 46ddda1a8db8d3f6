import { describe, expect, it } from 'vitest';
import { EventPages, MOST_ROWS } from '../../../src/dashboard/events/event-pages.ts';
import type { EventPage } from '../../../src/dashboard/state/messages.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

/** A history of events 1…count, of one message each. */
function historyOf(count: number) {
  const asked: (number | null)[] = [];
  const load = async (limit: number, before: number | null): Promise<EventPage> => {
    asked.push(before);
    const newest = Math.min(count, (before ?? count + 1) - 1);
    const sequences = Array.from({ length: Math.min(limit, newest) }, (_, index) => newest - index);
    const events = sequences.map((sequence) => labelEvent(sequence, { id: `E${sequence}` }));
    return { storeId: 's', sequence: count, oldestSequence: 1, events, gone: { E7: ['snapshot'] } };
  };
  return { asked, load };
}
const byId = ({ id }: { readonly id: string }) => id;

describe('EventPages', () => {
  it('reads backwards page by page until there is no more, each event once', async () => {
    const { asked, load } = historyOf(450);
    const pages = new EventPages(load, byId);
    expect(pages.list.value).toMatchObject({ rest: 'unknown', isLoading: true });
    await pages.loadFirst();
    expect(pages.list.value).toMatchObject({ rest: 'more', isLoading: false, sequence: 450 });
    await pages.loadMore();
    await pages.loadMore();
    await pages.loadMore();
    expect(asked).toEqual([null, 251, 51]);
    expect(pages.list.value.rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 450 }, (_, index) => 450 - index));
    expect(pages.list.value.rest).toBe('none');
    expect(pages.list.value.rows.filter(({ gone }) => gone).map(({ id }) => id)).toEqual(['E7']);
  });

  it('loads one page at a time, however often it is asked', async () => {
    const { asked, load } = historyOf(1_000);
    const pages = new EventPages(load, byId);
    await pages.loadFirst();
    await Promise.all([pages.loadMore(), pages.loadMore()]);
    expect(asked).toEqual([null, 801]);
  });

  it('forgets an older page that comes after the newest was asked for again', async () => {
    const { load } = historyOf(1_000);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const pages = new EventPages(async (limit, before) => {
      if (before !== null) await held;
      return load(limit, before);
    }, byId);
    await pages.loadFirst();
    const more = pages.loadMore();
    await pages.loadFirst();
    release();
    await more;
    expect(pages.list.value.rows).toHaveLength(200);
  });

  it('says why it failed, keeps what it has, and can be asked again', async () => {
    const { load } = historyOf(300);
    let isAway = false;
    const pages = new EventPages((limit, before) => (isAway ? Promise.reject(new Error('the daemon answered 503')) : load(limit, before)), byId);
    await pages.loadFirst();
    isAway = true;
    await pages.loadMore();
    expect(pages.list.value).toMatchObject({ problem: 'the daemon answered 503', isLoading: false, rest: 'more' });
    expect(pages.list.value.rows).toHaveLength(200);
    isAway = false;
    await pages.loadMore();
    expect(pages.list.value).toMatchObject({ problem: null, rest: 'none' });
    expect(pages.list.value.rows).toHaveLength(300);
  });

  it('keeps the newest message of its events when the live log has lost it', async () => {
    const pages = new EventPages(historyOf(300).load, byId);
    await pages.loadFirst();
    pages.follow([labelEvent(301, { id: 'E250', type: 'end' }), labelEvent(302, { id: 'elsewhere' })]);
    const newer = pages.follow([labelEvent(303, { id: 'later' })]);
    expect([...newer.values()].map(({ id, type }) => `${id} ${type}`)).toEqual(['E250 end']);
  });

  it('ends before it fills the memory', async () => {
    const pages = new EventPages(historyOf(MOST_ROWS + 1_000).load, byId);
    await pages.loadFirst();
    for (let page = 1; page < MOST_ROWS / 200 + 3; page++) await pages.loadMore();
    expect(pages.list.value.rows).toHaveLength(MOST_ROWS);
    expect(pages.list.value.rest).toBe('full');
  });
});
