import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import type { EventPage, LabelEvent } from '../state/messages.ts';
import { usePolling } from '../ui/polling.ts';

const DAY_MS = 86_400_000;
/** New ones come over the feed. */
const EVERY_MS = 120_000;
export const MOST_MESSAGES = 1000;

export interface CameraEvents {
  /** Of the last 24 hours and of now, in no order; of other cameras, too. */
  readonly messages: readonly LabelEvent[];
  /** There were more: the oldest are missing. */
  readonly isCut: boolean;
}

export function useCameraEvents(camera: string): CameraEvents {
  const { state } = useSession();
  const fetched = useSignal<readonly LabelEvent[]>([]);
  usePolling(
    () => `/api/events?camera=${camera}&since=${new Date(state.daemonNow() - DAY_MS).toISOString()}&limit=${MOST_MESSAGES}`,
    EVERY_MS,
    (answer) => (fetched.value = (answer as EventPage).events),
  );
  const [stored, live] = [fetched.value, state.events.value];
  // The same list as long as nothing new came: what is drawn of it is worked out anew with each other one.
  const messages = useMemo(() => [...stored, ...live], [stored, live]);
  return { messages, isCut: stored.length >= MOST_MESSAGES };
}
