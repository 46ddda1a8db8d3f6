import type { DeadLetter } from '../store/outbox.ts';
import { isoTime } from '../util/clock.ts';
import type { OutboxView } from './monitor-view.ts';

/** Dead letters that are listed; all are counted. */
const MOST_LISTED = 100;

/** What `/api/outbox` says: what waits for the broker, and what will not be sent, and why. Throws FramewatchError STORE_UNAVAILABLE. */
export async function outboxReport(outbox: OutboxView): Promise<object> {
  const { counts, newest } = await outbox.deadLetters(MOST_LISTED);
  const { depth, oldestMs, outgrown } = outbox;
  return { depth, oldestAt: oldestMs === null ? null : isoTime(oldestMs), outgrown, deadLetters: { counts, newest: newest.map(listed) } };
}

function listed({ atMs, eventId, ...letter }: DeadLetter): object {
  return { ...letter, id: eventId, at: isoTime(atMs) };
}
