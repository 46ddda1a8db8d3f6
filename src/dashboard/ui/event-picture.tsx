import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import type { LabelEvent } from '../state/messages.ts';
import { tick } from '../state/ticker.ts';

/** An event is told before its picture is stored. */
const STORED_AFTER_MS = 3_000;

/** The picture of the frame that began an event; an empty place until it is stored, and when it is no longer kept. */
export function EventPicture({ event, className }: { readonly event: LabelEvent; readonly className: string }): JSX.Element {
  const { state } = useSession();
  const isGone = useSignal(false);
  const begunMs = Date.parse(event.startedAt);
  const isStored = useComputed(() => {
    tick.value;
    return state.daemonNow() - begunMs > STORED_AFTER_MS;
  });
  if (event.snapshot === null || isGone.value || !isStored.value) return <span class={className} />;
  // Made of what we know, not of what the message says.
  const source = `/api/events/${encodeURIComponent(event.id)}/snapshot.jpg`;
  return <img class={className} src={source} alt="" loading="lazy" decoding="async" onError={() => (isGone.value = true)} />;
}
