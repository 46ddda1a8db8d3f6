import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { announcement, begunSince } from './announcement.ts';
import { useSession } from './session.ts';

/** A screen reader that is talked to without a pause tells nothing. */
const EVERY_MS = 5_000;

/** Tells screen readers of new events, now and then, all of the time between in one sentence. */
export function Announcer(): JSX.Element {
  const { state } = useSession();
  const words = useSignal('');
  useEffect(() => {
    let since: string | undefined;
    const timer = setInterval(() => {
      const log = state.events.peek();
      if (since !== undefined) {
        const text = announcement(begunSince(log, since), (id) => state.camera(id)?.camera.peek().name ?? id);
        if (text !== '') words.value = text;
      }
      since = log[0]?.startedAt ?? '';
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [state, words]);
  return (
    <p class="visually-hidden" role="status" data-announcer="">
      {words}
    </p>
  );
}
