import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { AppState } from '../state/app-state.ts';
import type { FeedClient } from '../state/feed-client.ts';
import type { Watched } from '../state/watched.ts';

/** What every page may use. */
export interface Session {
  readonly state: AppState;
  readonly feed: FeedClient;
  readonly watched: Watched;
}

export const SessionContext: ReturnType<typeof createContext<Session | null>> = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('rendered outside of the session');
  return session;
}
