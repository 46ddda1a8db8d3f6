import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { usePolling } from '../ui/polling.ts';
import { RelativeTime } from '../ui/relative-time.tsx';
import { clockTime } from '../ui/words.ts';
import { type CameraLog, type ChildLog, omittedWords } from './camera-log.ts';

const POLL_MS = 2_000;

/** What ffmpeg said last of this camera; asked for only while it is open. */
export function FfmpegLines({ cameraId }: { readonly cameraId: string }): JSX.Element {
  const isOpen = useSignal(false);
  return (
    <details class="ffmpeg-lines" onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}>
      <summary>Last lines of ffmpeg</summary>
      {isOpen.value && <OpenLines key={cameraId} cameraId={cameraId} />}
    </details>
  );
}

function OpenLines({ cameraId }: { readonly cameraId: string }): JSX.Element {
  const log = useSignal<CameraLog | null>(null);
  usePolling(
    () => `/api/cameras/${encodeURIComponent(cameraId)}/log`,
    POLL_MS,
    (answer) => (log.value = answer as CameraLog),
  );
  if (log.value === null) return <p class="quiet">Waiting for the daemon …</p>;
  const { children } = log.value;
  if (children.length === 0) return <p class="quiet">No ffmpeg has been started for this camera yet.</p>;
  return (
    <>
      {children.map((child) => (
        <Child key={child.startedAt} child={child} />
      ))}
    </>
  );
}

function Child({ child: { startedAt, endedAt, omitted, lines } }: { readonly child: ChildLog }): JSX.Element {
  return (
    <div class="ffmpeg-child">
      <h3>
        {endedAt === null ? (
          <>
            The one that runs, since <RelativeTime at={startedAt} />
          </>
        ) : (
          <>
            Ended <RelativeTime at={endedAt} />
          </>
        )}
      </h3>
      {omitted > 0 && <p class="quiet">{omittedWords(omitted)}</p>}
      {lines.length === 0 ? (
        <p class="quiet">{endedAt === null ? 'It has had nothing to complain of.' : 'It wrote nothing.'}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        <ol tabIndex={0} aria-label="Lines, oldest first">
          {lines.map(({ at, text }, index) => (
            <li key={omitted + index}>
              <time dateTime={at} title={clockTime(at)}>
                {new Date(at).toLocaleTimeString()}
              </time>{' '}
              {text}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
