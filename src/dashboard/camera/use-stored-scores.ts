import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import type { ScoreAnswer } from './score-answer.ts';

export interface StoredScores {
  /** The newest; null before the first. */
  readonly answer: ScoreAnswer | null;
  /** Why there is no newer one, in the daemon's words; null when there is. That it is away is told elsewhere. */
  readonly trouble: string | null;
}

/** By then the daemon knows what this page watches: from here on no frame is in neither of the two. */
const SETTLED_MS = 2_000;

/** The stored scores of a camera: asked for at once, each `everyMs`, whenever the connection has come back, and when the page is seen again. */
export function useStoredScores(camera: string, spanMs: number, everyMs: number): Signal<StoredScores> {
  const { state } = useSession();
  const stored = useSignal<StoredScores>({ answer: null, trouble: null });
  const isConnected = state.connection.value.kind === 'connected';
  const epoch = state.historyEpoch.value;
  useEffect(() => {
    if (!isConnected) return;
    const end = new AbortController();
    const ask = async () => {
      const since = new Date(state.daemonNow() - spanMs).toISOString();
      const response = await fetch(`/api/cameras/${camera}/scores?since=${since}`, { signal: end.signal });
      const body = (await response.json()) as ScoreAnswer & { readonly message?: string };
      stored.value = response.ok ? { answer: body, trouble: null } : { ...stored.peek(), trouble: body.message ?? `status ${response.status}` };
    };
    const quietly = () => {
      if (!document.hidden) ask().catch(() => undefined);
    };
    quietly();
    const settled = setTimeout(quietly, SETTLED_MS);
    const timer = setInterval(quietly, everyMs);
    document.addEventListener('visibilitychange', quietly, { signal: end.signal });
    return () => {
      clearTimeout(settled);
      clearInterval(timer);
      end.abort();
    };
  }, [camera, spanMs, everyMs, isConnected, epoch]);
  return stored;
}
