import { useSignal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import './events.css';
import { navigate, place } from '../app/navigation.ts';
import { useSession } from '../app/session.ts';
import { MOST_EVENTS } from '../state/event-log.ts';
import type { EventPage, LabelEvent } from '../state/messages.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { VirtualList } from '../ui/virtual-list.tsx';
import { apiQuery, type EventFilter, eventFilterOf, NO_FILTER, queryOf } from './event-filter.ts';
import { EventFilters } from './event-filters.tsx';
import { type EventList, EventPages } from './event-pages.ts';
import { EventRow, ROW_PX } from './event-row.tsx';
import { keepList, keptList } from './list-memory.ts';
import { currentRow, newsOf } from './live-rows.ts';
import { walkRows } from './row-walk.ts';

/** The history and what comes on top of it, under the filter that stands in the address. */
export function EventsPage(): JSX.Element {
  const { state } = useSession();
  const filter = useMemo(() => eventFilterOf(place.value.search), [place.value.search]);
  const query = queryOf(filter);
  const body = useRef<HTMLDivElement>(null);
  const pages = usePages(filter, query, body);
  const isFollowing = useSignal(false);
  const list = pages.list.value;
  const log = state.events.value;
  const told = state.told.value;
  const live = useMemo(() => pages.follow(log), [pages, list, log]);
  const news = useMemo(() => newsOf(list, { log, told, most: MOST_EVENTS }, filter), [list, log, told, filter]);
  const reveal = async () => {
    await pages.loadFirst();
    scrollerIn(body)?.scrollTo({ top: 0 });
  };
  useEffect(() => {
    if (isFollowing.value && news.count > 0 && !list.isLoading && (scrollerIn(body)?.scrollTop ?? 0) === 0) void reveal();
  }, [news.count, list.isLoading, isFollowing.value]);
  const change = (wanted: EventFilter) => navigate(`/events${queryOf(wanted)}`, { replace: true });
  return (
    <div class="page events-page">
      <h1 class="visually-hidden">Events</h1>
      <EventFilters filter={filter} onChange={change} />
      <div class="events-news">
        {news.count > 0 && (
          <button type="button" class="button primary" onClick={() => void reveal().then(() => scrollerIn(body)?.focus({ preventScroll: true }))}>
            {news.isLeast ? `at least ${news.count} new` : `${news.count} new`}
          </button>
        )}
        <p class="quiet" role="status">
          {summary(list)}
        </p>
        <div class="toolbar">
          {query !== '' && (
            <button type="button" class="button" onClick={() => change(NO_FILTER)}>
              Clear filters
            </button>
          )}
          <button type="button" class="button follow" aria-pressed={isFollowing.value} onClick={() => (isFollowing.value = !isFollowing.value)}>
            Follow
          </button>
        </div>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows are heard from the links in it */}
      <div ref={body} class="events-body" onKeyDown={walkRows}>
        {list.problem !== null && (
          <Failed problem={list.problem} retry={() => void (list.rest === 'unknown' ? pages.loadFirst() : pages.loadMore())} />
        )}
        {list.rows.length > 0 ? (
          <VirtualList
            key={query}
            label="Events, newest first"
            hint="Events; the arrow keys go from one to the next"
            items={list.rows}
            rowPx={ROW_PX}
            keyOf={keyOf(filter)}
            onEnd={() => void pages.loadMore()}
          >
            {(row) => <EventRow event={currentRow(row, live, filter)} isMessage={filter.type !== ''} />}
          </VirtualList>
        ) : (
          list.rest === 'none' && <NoEvents isFiltered={query !== ''} clear={() => change(NO_FILTER)} />
        )}
      </div>
    </div>
  );
}

/** The list of a filter: the one that was left, where it was left, or a new one. */
function usePages(filter: EventFilter, query: string, body: RefObject<HTMLDivElement | null>): EventPages {
  const key = `${useSession().state.historyEpoch.value}${query}`;
  const memory = useMemo(() => {
    const load = (limit: number, before: number | null) => loadPage(apiQuery(filter, limit, before));
    return keptList(key) ?? { key, path: `/events${query}`, pages: new EventPages(load, keyOf(filter)), scrollPx: 0 };
  }, [key]);
  useLayoutEffect(() => {
    keepList(memory);
    if (memory.pages.list.peek().rest === 'unknown') void memory.pages.loadFirst();
    scrollerIn(body)?.scrollTo({ top: memory.scrollPx });
    return () => {
      memory.scrollPx = scrollerIn(body)?.scrollTop ?? 0;
    };
  }, [memory]);
  return memory.pages;
}

function scrollerIn(body: RefObject<HTMLDivElement | null>): HTMLElement | null {
  return body.current?.querySelector<HTMLElement>('.virtual-list') ?? null;
}

function keyOf(filter: EventFilter): (event: LabelEvent) => string {
  return filter.type === '' ? ({ id }) => id : ({ sequence }) => String(sequence);
}

async function loadPage(query: string): Promise<EventPage> {
  const response = await fetch(`/api/events${query}`);
  if (!response.ok) throw new Error(`the daemon answered ${response.status}`);
  return (await response.json()) as EventPage;
}

function summary({ rows, rest, isLoading }: EventList): string {
  if (isLoading && rest === 'unknown') return 'Loading …';
  if (rows.length === 0) return '';
  const count = rows.length.toLocaleString();
  if (rest === 'full') return `The newest ${count}. For older ones, choose an earlier end.`;
  return rest === 'more' ? `The newest ${count}; scroll for more` : `${count} in all`;
}

function Failed({ problem, retry }: { readonly problem: string; readonly retry: () => void }): JSX.Element {
  return (
    <p class="banner bad" role="alert">
      The history could not be loaded: {problem}.
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </p>
  );
}

function NoEvents({ isFiltered, clear }: { readonly isFiltered: boolean; readonly clear: () => void }): JSX.Element {
  return (
    <EmptyState title={isFiltered ? 'No event is like that' : 'Nothing has happened yet'}>
      {isFiltered ? (
        <button type="button" class="button" onClick={clear}>
          Show all
        </button>
      ) : (
        <p>An event begins when a rule of a camera holds. They appear here as they come.</p>
      )}
    </EmptyState>
  );
}
