import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import type { LabelEvent } from '../state/messages.ts';
import { tick } from '../state/ticker.ts';

/** An event is told before its picture is stored: so long after its begin it is asked for, and where it was not there once more. */
const ASKED_AFTER_MS = [3_000, 20_000] as const;

/** The picture of the frame that began an event; an empty place until it is stored, and when it is no longer kept. */
export function EventPicture({ event, className }: { readonly event: LabelEvent; readonly className: string }): JSX.Element {
  const { state } = useSession();
  const failures = useSignal(0);
  const begunMs = Date.parse(event.startedAt);
  const isDue = useComputed(() => {
    tick.value;
    const waitMs = ASKED_AFTER_MS[failures.value];
    return waitMs !== undefined && state.daemonNow() - begunMs > waitMs;
  });
  if (event.snapshot === null || !isDue.value) return <span class={className} />;
  // Made of what we know, not of what the message says.
  const source = `/api/events/${encodeURIComponent(event.id)}/snapshot.jpg`;
  return <img class={className} src={source} alt="" loading="lazy" decoding="async" onError={() => (failures.value += 1)} />;
}
