import type { JSX } from 'preact';
import { EmptyState } from '../ui/empty-state.tsx';

const EXAMPLE = `cameras:
  front_door:
    name: Front door
    url: rtsp://192.168.1.20:554/stream1
    username: viewer
    password: \${FRONT_DOOR_PASSWORD}`;

/** What to put into the configuration when there is nothing in it to watch. */
export function NoCamera(): JSX.Element {
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
