import { isoTime } from '../util/clock.ts';

/** What a connection says of itself. */
export interface ClientDoing {
  readonly kind: 'feed' | 'live';
  /** Ids of the cameras that it watches. */
  readonly cameras: readonly string[];
  /** Pictures that were left out because it had not read the ones before. */
  readonly dropped: number;
}

/** One of `/api/clients`. */
export interface ClientView extends ClientDoing {
  /** As limits are told by: behind a trusted proxy the one that it names. */
  readonly address: string;
  /** ISO 8601. */
  readonly since: string;
  /** The first of them; `cameraCount` says how many there are. */
  readonly cameras: readonly string[];
  readonly cameraCount: number;
  /** Sent to it and not taken yet, bytes. */
  readonly waitingBytes: number;
}

/** A page that watches a wall of hundreds must not make each line of the list as long as the wall. */
const MOST_CAMERAS = 16;

export function clientView({ kind, cameras, dropped }: ClientDoing, socket: { address: string; sinceMs: number; waitingBytes: number }): ClientView {
  const { address, sinceMs, waitingBytes } = socket;
  return { kind, address, since: isoTime(sinceMs), cameras: cameras.slice(0, MOST_CAMERAS), cameraCount: cameras.length, waitingBytes, dropped };
}
