import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import { tick } from '../state/ticker.ts';
import { pictureUrl } from './event-thumbnail.tsx';
import type { ExplainedEvent } from './explained-event.ts';

/** The strip is made of pictures of after the start, too. */
const STRIP_AFTER_MS = 20_000;

export function EventPictures({ event, cameraName }: { readonly event: ExplainedEvent; readonly cameraName: string }): JSX.Element {
  const { id, snapshot, strip, startedAt, rule } = event;
  const { state } = useSession();
  const isGone = useSignal(false);
  const hasStrip = useSignal(true);
  tick.value;
  const isYoung = state.daemonNow() - Date.parse(startedAt) < STRIP_AFTER_MS;
  return (
    <section class="card event-pictures" aria-label="Pictures">
      {snapshot === null || isGone.value ? (
        <p class="panel quiet">{snapshot === null ? 'No picture was kept of this event.' : 'Its pictures are no longer kept.'}</p>
      ) : (
        <img class="event-picture" src={pictureUrl(id, 'snapshot')} alt={`${cameraName}: the picture with which ${rule} began`} onError={() => (isGone.value = true)} />
      )}
      {strip !== null && !isGone.value && isYoung && <p class="panel quiet">Five pictures around its start are being put together …</p>}
      {strip !== null && !isGone.value && !isYoung && hasStrip.value && (
        <div class="event-strip">
          <img src={pictureUrl(id, 'strip')} alt="Five pictures around the start, from left to right" onError={() => (hasStrip.value = false)} />
        </div>
      )}
    </section>
  );
}
