import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import { tick } from '../state/ticker.ts';
import { clockTime, duration } from './words.ts';

/** "12 s ago", kept up to date, with the exact time on hover. `at`: ISO 8601, of the daemon's clock. */
export function RelativeTime({ at }: { readonly at: string }): JSX.Element {
  const { state } = useSession();
  tick.value;
  const ageMs = state.daemonNow() - Date.parse(at);
  return (
    <time dateTime={at} title={clockTime(at)}>
      {ageMs < 1_000 ? 'now' : `${duration(ageMs)} ago`}
    </time>
  );
}
