import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import type { LabelEvent } from '../state/messages.ts';
import { tick } from '../state/ticker.ts';
import { pictureStep } from './picture-step.ts';

/** The picture of the frame that began an event; an empty place until it is stored, words when it is no longer kept. */
export function EventPicture({ event, className }: { readonly event: LabelEvent; readonly className: string }): JSX.Element {
  const { state } = useSession();
  const failures = useSignal(0);
  const begunMs = Date.parse(event.startedAt);
  const step = useComputed(() => {
    tick.value;
    return pictureStep(event, state.daemonNow() - begunMs, failures.value);
  });
  if (step.value === 'gone') return <span class={`${className} picture-gone`}>picture no longer kept</span>;
  if (step.value !== 'there') return <span class={className} />;
  // Made of what we know, not of what the message says.
  const source = `/api/events/${encodeURIComponent(event.id)}/snapshot.jpg`;
  return <img class={className} src={source} alt="" loading="lazy" decoding="async" onError={() => (failures.value += 1)} />;
}
