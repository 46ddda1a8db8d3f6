import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { LabelEvent } from '../state/messages.ts';

/** Made of what we know, not of what a message says. */
export function pictureUrl(id: string, name: 'snapshot' | 'strip'): string {
  return `/api/events/${encodeURIComponent(id)}/${name}.jpg`;
}

/** Loaded when it comes into sight. Pictures are kept for a shorter time than events: then there is a dark place. */
export function EventThumbnail({ event: { id, snapshot } }: { readonly event: LabelEvent }): JSX.Element {
  const isGone = useSignal(false);
  return (
    <span class="event-thumbnail">
      {snapshot !== null && !isGone.value && (
        <img src={pictureUrl(id, 'snapshot')} alt="" loading="lazy" decoding="async" onError={() => (isGone.value = true)} />
      )}
    </span>
  );
}
