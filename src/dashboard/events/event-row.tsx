import type { JSX } from 'preact';
import { pathOf } from '../app/routes.ts';
import { useSession } from '../app/session.ts';
import type { LabelEvent } from '../state/messages.ts';
import { Badge } from '../ui/badge.tsx';
import { Bar } from '../ui/bar.tsx';
import { EventPicture } from '../ui/event-picture.tsx';
import { clockTime, duration } from '../ui/words.ts';
import { lastedMs, whenWords } from './live-rows.ts';

/** px; event-list.css makes it so. */
export const ROW_PX = 76;

export interface EventRowProps {
  readonly event: LabelEvent;
  /** Of one message, not of the whole event. */
  readonly isMessage: boolean;
}

export function EventRow({ event, isMessage }: EventRowProps): JSX.Element {
  const { state } = useSession();
  const { id, camera, rule, region, label, type } = event;
  const at = isMessage ? event.at : event.startedAt;
  const name = state.camera(camera)?.camera.value.name ?? camera;
  return (
    <a class={`event-row ${type === 'end' ? '' : 'open'}`} href={pathOf({ page: 'event', id })} tabIndex={-1}>
      <EventPicture event={event} className="event-thumbnail" />
      <span class="event-what">
        <b>{rule}</b>
        <span class="event-camera">
          {name}
          {region !== 'full' && ` · ${region}`}
        </span>
      </span>
      <span class="event-score">
        <Bar value={isMessage ? event.score : event.peakScore} label={label} tone={type === 'end' ? 'plain' : 'alarm'} />
      </span>
      <span class="event-course">{isMessage ? <span class="event-type">{type}</span> : <Course event={event} />}</span>
      <time class="event-time" dateTime={at} title={clockTime(at)}>
        {whenWords(at, state.daemonNow())}
      </time>
    </a>
  );
}

function Course({ event }: { readonly event: LabelEvent }): JSX.Element {
  return event.type === 'end' ? <span class="quiet">lasted {duration(lastedMs(event))}</span> : <Badge tone="bad" words="active" />;
}
