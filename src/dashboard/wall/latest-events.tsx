import type { JSX } from 'preact';
import { pathOf } from '../app/routes.ts';
import { useSession } from '../app/session.ts';
import type { LabelEvent } from '../state/messages.ts';
import { EventPicture } from '../ui/event-picture.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { duration, percent } from '../ui/words.ts';

const ROWS = 12;

/** Beside the wall, where there is room: what happened last. */
export function LatestEvents(): JSX.Element {
  const { state } = useSession();
  const events = state.events.value.slice(0, ROWS);
  return (
    <aside class="latest" aria-labelledby="latest-title">
      <h2 id="latest-title">
        Latest events <a href="/events">all</a>
      </h2>
      {events.length === 0 && <p class="quiet">Nothing has happened yet.</p>}
      <ol>
        {events.map((event) => (
          <li key={event.id}>
            <LatestEvent event={event} name={state.camera(event.camera)?.camera.value.name ?? event.camera} />
          </li>
        ))}
      </ol>
    </aside>
  );
}

function LatestEvent({ event, name }: { readonly event: LabelEvent; readonly name: string }): JSX.Element {
  const isOpen = event.type !== 'end';
  const lastedMs = Date.parse(event.endedAt ?? event.at) - Date.parse(event.startedAt);
  return (
    <a class={`latest-event card ${isOpen ? 'open' : ''}`} href={pathOf({ page: 'event', id: event.id })}>
      <EventPicture event={event} className="latest-picture" />
      <span class="latest-words">
        <span class="latest-head">
          <b>{event.rule}</b>
          <span class="quiet">
            <RelativeTime at={event.startedAt} />
          </span>
        </span>
        <span>{name}</span>
        <span class="quiet">
          {event.label} {percent(event.peakScore)} · {isOpen ? 'still active' : duration(lastedMs)}
        </span>
      </span>
    </a>
  );
}
