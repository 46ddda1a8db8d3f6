import type { JSX } from 'preact';
import { useConfigured } from '../app/use-configured.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Starting } from '../ui/starting.tsx';

const EXAMPLE = `cameras:
  front_door:
    name: Front door
    url: rtsp://192.168.1.20:554/stream1
    username: viewer
    password: \${FRONT_DOOR_PASSWORD}`;

/** What to put into the configuration when there is nothing in it to watch. Or that the program is not so far yet. */
export function NoCamera(): JSX.Element {
  const configured = useConfigured();
  if (configured === null) return <p class="page quiet">Waiting for the daemon …</p>;
  if (configured.length > 0) return <Starting />;
  return (
    <EmptyState title="No camera yet">
      <p>
        Add one under <code>cameras:</code> in the configuration file, then send the daemon SIGHUP (<code>systemctl reload framewatch</code>). It
        appears here by itself.
      </p>
      <pre>{EXAMPLE}</pre>
      <p class="quiet">
        Passwords may hold any characters and are never put into the URL. <code>framewatch check</code> says whether the file is right.
      </p>
    </EmptyState>
  );
}
