import type { HelloMessage, ServerMessage } from './messages.ts';

/** How far this page has followed the daemon's history. `storeId` null: nothing is known, the history has to be loaded first. */
export interface FeedPosition {
  readonly storeId: string | null;
  /** Of the newest event message that was taken in: a new connection asks for what comes after it. */
  readonly sequence: number;
}

export const NOWHERE: FeedPosition = { storeId: null, sequence: 0 };

/** What a greeting means: go on from where we are, or begin anew, because our sequence means nothing in another history. */
export function greeted(position: FeedPosition, hello: Pick<HelloMessage, 'storeId'>): 'goOn' | 'beginAnew' {
  return hello.storeId === position.storeId ? 'goOn' : 'beginAnew';
}

/** Whether a message brings something new, and the position after it. An event that was taken in before is not new. */
export function advanced(position: FeedPosition, message: ServerMessage): { readonly position: FeedPosition; readonly isNew: boolean } {
  if (message.type !== 'event' && message.type !== 'gap') return { position, isNew: true };
  const sequence = message.type === 'event' ? message.event.sequence : message.to;
  if (sequence <= position.sequence) return { position, isNew: false };
  return { position: { ...position, sequence }, isNew: true };
}
