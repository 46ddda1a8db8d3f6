import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import { tick } from '../state/ticker.ts';
import { type PictureStep, pictureStep } from '../ui/picture-step.ts';
import type { EventCourse } from './explained-event.ts';

/** The strip is made of pictures of after the start, too. */
const STRIP_AFTER_MS = 20_000;
const WORDS: Readonly<Record<Exclude<PictureStep, 'there'>, string>> = {
  none: 'No picture was kept of this event.',
  coming: 'Its picture is being stored …',
  gone: 'Its picture is no longer kept.',
};

export function EventPictures({ event, cameraName }: { readonly event: EventCourse; readonly cameraName: string }): JSX.Element {
  const { id, strip, startedAt, rule, gone } = event;
  const { state } = useSession();
  const failures = useSignal(0);
  const isStripLost = useSignal(false);
  tick.value;
  const ageMs = state.daemonNow() - Date.parse(startedAt);
  const isYoung = ageMs < STRIP_AFTER_MS;
  const step = pictureStep(event, ageMs, failures.value);
  const hasStrip = strip !== null && !gone.includes('strip') && !isStripLost.value;
  return (
    <section class="card event-pictures" aria-label="Pictures">
      {step === 'there' ? (
        <img class="event-picture" src={pictureUrl(id, 'snapshot')} alt={`${cameraName} when ${rule} began`} onError={() => (failures.value += 1)} />
      ) : (
        <p class="panel quiet">{WORDS[step]}</p>
      )}
      {hasStrip && isYoung && <p class="panel quiet">Five pictures around its start are being put together …</p>}
      {hasStrip && !isYoung && (
        <div class="event-strip">
          <img src={pictureUrl(id, 'strip')} alt="Before, at and after the start, from left to right" onError={() => (isStripLost.value = true)} />
        </div>
      )}
    </section>
  );
}

/** Made of what we know, not of what a message says. */
function pictureUrl(id: string, name: 'snapshot' | 'strip'): string {
  return `/api/events/${encodeURIComponent(id)}/${name}.jpg`;
}
