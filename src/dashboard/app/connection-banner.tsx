import type { JSX } from 'preact';
import { tick } from '../state/ticker.ts';
import { useSession } from './session.ts';

/** Says that what the page shows is no longer live, and when it tries again. */
export function ConnectionBanner(): JSX.Element {
  const { state, feed } = useSession();
  const connection = state.connection.value;
  const isLost = connection.kind === 'lost';
  return (
    <>
      <p class="visually-hidden" role="status">
        {isLost ? 'The connection to the daemon is lost.' : connection.kind === 'connected' ? 'Connected.' : ''}
      </p>
      {isLost && (
        <div class="banner bad">
          <p>
            <b>Connection lost.</b> {connection.isRefused && 'The daemon answers, but takes no more connections from here: close another page. '}
            What you see is old. Next try <Countdown atMs={connection.retryAtMs} />.
          </p>
          <button type="button" class="button" onClick={() => feed.retryNow()}>
            Try now
          </button>
        </div>
      )}
      {state.missed.value > 0 && (
        <div class="banner warn">
          <p>{state.missed.value} event messages are missing here: the daemon no longer keeps them.</p>
          <button type="button" class="button" onClick={() => (state.missed.value = 0)}>
            Understood
          </button>
        </div>
      )}
    </>
  );
}

function Countdown({ atMs }: { readonly atMs: number }): JSX.Element {
  tick.value;
  const seconds = Math.max(0, Math.ceil((atMs - Date.now()) / 1000));
  return <>{seconds === 0 ? 'now' : `in ${seconds} s`}</>;
}
