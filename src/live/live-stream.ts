import type { Passthrough } from '../stream/passthrough.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Chunk } from './chunk.ts';
import { ParameterWatch } from './parameter-watch.ts';
import { type InitSegment, SegmentReader } from './segment-reader.ts';

export interface LiveStreamListener {
  /** A stream begins, or another one in its place. */
  onInit(init: InitSegment): void;
  onFragment(fragment: Chunk): void;
}

export interface StreamEnd {
  /** Null: it was told to end. */
  readonly error: FramewatchError | null;
  /** For how long pictures came, ms. */
  readonly healthyMs: number;
}

interface Seen {
  firstMono: number | null;
  complaint: string | null;
  /** The pictures have become others. */
  isAnother: boolean;
}

/** One attempt to read a camera: its passthrough, cut into what viewers get. Never rejects; when it settles the child is gone. */
export async function runLiveStream(
  source: Passthrough,
  { cameraId, clock, signal, listener }: { cameraId: string; clock: Clock; signal: AbortSignal; listener: LiveStreamListener },
): Promise<StreamEnd> {
  const attempt = new AbortController();
  const onAbort = () => attempt.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const seen: Seen = { firstMono: null, complaint: null, isAnother: false };
  let reader: SegmentReader | null = null;
  let parameters: ParameterWatch | null = null;
  const segments = {
    onInit(init: InitSegment) {
      parameters = new ParameterWatch(init.family);
      listener.onInit(init);
    },
    onFragment(fragment: Chunk) {
      seen.isAnother ||= fragment.isKey && parameters?.hasChanged(fragment.bytes) === true;
      if (seen.isAnother) {
        attempt.abort();
        return;
      }
      seen.firstMono ??= clock.monotonicMs();
      listener.onFragment(fragment);
    },
  };
  let error: FramewatchError | null = null;
  try {
    await source.run(attempt.signal, {
      onStart() {
        reader = new SegmentReader(segments);
      },
      onBytes(bytes) {
        seen.complaint ??= reader?.push(bytes) ?? null;
        if (seen.complaint !== null) attempt.abort();
      },
    });
  } catch (cause) {
    error = cause instanceof FramewatchError ? cause : new FramewatchError('INTERNAL', `camera ${cameraId}: ${messageOf(cause)}`, { cause });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  if (seen.isAnother) error = new FramewatchError('CAMERA_EXITED', `camera ${cameraId}: its pictures have become others; it is connected again`);
  if (seen.complaint !== null) error = unusable(cameraId, seen.complaint);
  return { error: signal.aborted ? null : error, healthyMs: seen.firstMono === null ? 0 : clock.monotonicMs() - seen.firstMono };
}

function unusable(cameraId: string, complaint: string): FramewatchError {
  return new FramewatchError('CAMERA_UNSUPPORTED_STREAM', `camera ${cameraId}: ${complaint}; set the camera to H.264 or H.265`);
}
