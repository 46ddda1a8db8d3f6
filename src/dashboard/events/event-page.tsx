import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import '../ui/ledger.css';
import './event.css';
import { useSession } from '../app/session.ts';
import { Badge } from '../ui/badge.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { useBackKey } from '../ui/use-back-key.ts';
import { EventCourseList } from './event-course.tsx';
import { EventFacts } from './event-facts.tsx';
import { EventPictures } from './event-pictures.tsx';
import type { EventCourse } from './explained-event.ts';
import { LatencyBar } from './latency-bar.tsx';
import { listPath } from './list-memory.ts';

type Loaded = EventCourse | 'loading' | 'unknown' | 'failed';

/** Everything about one event; while it goes on, as it goes on. */
export function EventPage({ id }: { readonly id: string }): JSX.Element {
  const { state } = useSession();
  const loaded = useSignal<Loaded>('loading');
  const newest = state.events.value.find((event) => event.id === id)?.sequence;
  useEffect(() => void load(id, loaded), [id, loaded, newest, state.historyEpoch.value]);
  useBackKey(listPath());
  const found = loaded.value;
  if (found === 'loading') return <p class="page quiet">Loading …</p>;
  if (found === 'unknown' || found === 'failed') {
    return (
      <EmptyState title={found === 'unknown' ? 'There is no such event' : 'The event could not be loaded'}>
        <p>{found === 'unknown' ? 'It may be older than what the history keeps.' : 'The daemon did not answer.'}</p>
        <a href={listPath()}>To the events</a>
      </EmptyState>
    );
  }
  return <EventView event={found} />;
}

function EventView({ event }: { readonly event: EventCourse }): JSX.Element {
  const { state } = useSession();
  const { camera, rule, type, course } = event;
  const start = course[0] ?? event;
  const name = state.camera(camera)?.camera.value.name ?? camera;
  const json = () => JSON.stringify(event, null, 2);
  return (
    <div class="page event-page">
      <div class="event-head">
        <a href={listPath()} class="back">
          ← Events
        </a>
        <h1>
          {rule} <span class="quiet">on {name}</span>
        </h1>
        <Badge tone={type === 'end' ? 'quiet' : 'bad'} words={type === 'end' ? 'ended' : 'active'} />
        <div class="toolbar event-tools">
          <CopyButton words="Copy link" text={() => location.origin + location.pathname} />
          <CopyButton words="Copy JSON" text={json} />
        </div>
      </div>
      <div class="event-columns">
        <div class="event-main">
          <EventPictures event={event} cameraName={name} />
          <EventCourseList course={course} />
        </div>
        <div class="event-side">
          <EventFacts event={event} start={start} cameraName={name} />
          <section class="card panel" aria-labelledby="latency-title">
            <h2 id="latency-title">
              Latency <span class="quiet">from arrival to decision</span>
            </h2>
            <LatencyBar ledger={start.latencyMs} />
          </section>
          <details class="card panel">
            <summary>JSON</summary>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
            <pre class="event-json" tabIndex={0}>
              {json()}
            </pre>
          </details>
        </div>
      </div>
    </div>
  );
}

/** What is there stays when a later try fails. */
async function load(id: string, loaded: Signal<Loaded>): Promise<void> {
  const failed = () => {
    if (typeof loaded.peek() === 'string') loaded.value = 'failed';
  };
  try {
    const response = await fetch(`/api/events/${encodeURIComponent(id)}`);
    if (response.ok) loaded.value = (await response.json()) as EventCourse;
    else if (response.status === 404) loaded.value = 'unknown';
    else failed();
  } catch {
    failed();
  }
}
