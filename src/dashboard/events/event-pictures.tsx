import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import { tick } from '../state/ticker.ts';
import type { ExplainedEvent } from './explained-event.ts';

/** The strip is made of pictures of after the start, too. */
const STRIP_AFTER_MS = 20_000;

/** An event is told before its picture is stored. */
const SNAPSHOT_AFTER_MS = 3_000;

export function EventPictures({ event, cameraName }: { readonly event: ExplainedEvent; readonly cameraName: string }): JSX.Element {
  const { id, snapshot, strip, startedAt, rule } = event;
  const { state } = useSession();
  const isGone = useSignal(false);
  const hasStrip = useSignal(true);
  tick.value;
  const ageMs = state.daemonNow() - Date.parse(startedAt);
  const isYoung = ageMs < STRIP_AFTER_MS;
  return (
    <section class="card event-pictures" aria-label="Pictures">
      {snapshot === null || isGone.value ? (
        <p class="panel quiet">{snapshot === null ? 'No picture was kept of this event.' : 'Its pictures are no longer kept.'}</p>
      ) : ageMs < SNAPSHOT_AFTER_MS ? (
        <p class="panel quiet">Its picture is being stored …</p>
      ) : (
        <img class="event-picture" src={pictureUrl(id, 'snapshot')} alt={`${cameraName} when ${rule} began`} onError={() => (isGone.value = true)} />
      )}
      {strip !== null && !isGone.value && isYoung && <p class="panel quiet">Five pictures around its start are being put together …</p>}
      {strip !== null && !isGone.value && !isYoung && hasStrip.value && (
        <div class="event-strip">
          <img src={pictureUrl(id, 'strip')} alt="Before, at and after the start, from left to right" onError={() => (hasStrip.value = false)} />
        </div>
      )}
    </section>
  );
}

/** Made of what we know, not of what a message says. */
function pictureUrl(id: string, name: 'snapshot' | 'strip'): string {
  return `/api/events/${encodeURIComponent(id)}/${name}.jpg`;
}
