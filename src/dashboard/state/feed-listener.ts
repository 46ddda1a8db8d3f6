import type { HelloMessage, LabelEvent, ServerMessage } from './messages.ts';
import type { TileMessage } from './tile-message.ts';

/** What the feed client tells. */
export interface FeedListener {
  /** Event messages of before, newest first; again after the daemon's history became another one. */
  history(messages: readonly LabelEvent[]): void;
  /** What the daemon's clock said just now, ms since the epoch; to the second. */
  clockHeard(daemonMs: number): void;
  hello(hello: HelloMessage): void;
  message(message: ServerMessage): void;
  tile(tile: TileMessage): void;
  connectionChanged(connection: Connection): void;
}

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** `retryAtMs`: when the next try begins, on the clock of `Date.now()`. `isRefused`: the daemon answers, but again and again takes no connection. */
  | { readonly kind: 'lost'; readonly retryAtMs: number; readonly isRefused: boolean };
