import { type ErrorCode, FramewatchError } from '../util/errors.ts';
import type { RecordingNotes } from './recording-notes.ts';

/** How the reading of a recording ended, when nobody asked it to. */
export interface RecordingEnding {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly notes: Pick<RecordingNotes, 'format' | 'durationMs' | 'cutOff' | 'faults' | 'firstFault' | 'lastFault' | 'said'>;
  /** Size of the file; 0 of a pipe. */
  readonly bytes: number;
  /** Pictures that came whole. */
  readonly pictures: number;
  /** Packets of its video. */
  readonly packets: number;
  /** Whether the last of them was incomplete. */
  readonly lastIsCorrupt: boolean;
  /** Until when there is video, ms from the start of the file. */
  readonly reachedMs: number;
  /** Pictures that came, but of a size that cannot be. */
  readonly unusable: number;
}

export interface RecordingVerdict {
  /** Says what is wrong without naming the file; null when it was read to its end. */
  readonly fault: FramewatchError | null;
  /** Worth knowing all the same, one sentence each. */
  readonly warnings: readonly string[];
}

/** Video that ends so much before what is announced, ms, and by this share of it: the file may have been cut, or its sound is longer. */
const EARLY_MS = 2000;
const EARLY_SHARE = 0.05;

/** A packet of a transport stream, as it is sent, with a time before it (Blu-ray), and with a checksum behind it. Else nothing tells where such a file should end. */
const TRANSPORT_PACKET_BYTES = [188, 192, 204] as const;

const REFUSALS: readonly { readonly pattern: RegExp; readonly code: ErrorCode; readonly says: string }[] = [
  { pattern: /Permission denied/i, code: 'RECORDING_UNREADABLE', says: 'cannot be opened: this user may not read it' },
  { pattern: /Is a directory|No such file/i, code: 'RECORDING_UNREADABLE', says: 'cannot be opened: it is gone, or no file any more' },
  {
    pattern: /not on whitelist/i,
    code: 'RECORDING_NO_VIDEO',
    says: 'is of a kind that is not read as video: sound, a playlist (name the recordings themselves) or something else',
  },
  { pattern: /matches no streams|does not contain any stream/i, code: 'RECORDING_NO_VIDEO', says: 'has no video' },
  { pattern: /Decoder .*not found|no decoder|Unknown decoder/i, code: 'RECORDING_NO_VIDEO', says: 'holds video that this ffmpeg cannot decode' },
];

/** What is to be said of a recording that was read as far as it goes. Pure. */
export function recordingVerdict(ending: RecordingEnding): RecordingVerdict {
  const { pictures, unusable } = ending;
  const fault = pictures === 0 ? withoutPictures(ending) : brokenOff(ending);
  const warnings = fault ? [] : warningsOf(ending);
  if (unusable > 0) warnings.push(`${unusable} of its pictures were of an impossible size and were not judged`);
  return { fault, warnings };
}

function withoutPictures(ending: RecordingEnding): FramewatchError {
  const { notes, packets, exitCode, signal } = ending;
  const because = notes.lastFault === null ? '' : ` (${notes.lastFault})`;
  const refusal = REFUSALS.find(({ pattern }) => notes.said(pattern));
  if (refusal) return new FramewatchError(refusal.code, refusal.says);
  // An empty or foreign file is taken for one of these, too, but then ffmpeg says that it is guessing.
  if (notes.said(/moov atom not found/i) && !notes.said(/misdetection/i))
    return new FramewatchError('RECORDING_DAMAGED', 'is not complete: its index is missing, so it was cut off or is still being written');
  if (signal !== null) return new FramewatchError('RECORDING_DAMAGED', `could not be read: ffmpeg was ended by ${signal} before the first picture`);
  if (packets > 0) return new FramewatchError('RECORDING_DAMAGED', `holds video of which no picture could be decoded${because}`);
  if (notes.said(/Invalid data found|misdetection|could not find codec parameters/i))
    return new FramewatchError('RECORDING_NO_VIDEO', 'is no video and no picture that ffmpeg knows');
  if (exitCode === 0) return new FramewatchError('RECORDING_NO_VIDEO', 'has no picture in it');
  return new FramewatchError('RECORDING_UNREADABLE', `could not be read: ffmpeg left with code ${exitCode ?? 'unknown'}${because}`);
}

function brokenOff({ exitCode, signal, notes, lastIsCorrupt, reachedMs }: RecordingEnding): FramewatchError | null {
  const reached = `at ${seconds(reachedMs)}`;
  const announced = notes.durationMs !== null && notes.durationMs > reachedMs ? ` of ${seconds(notes.durationMs)}` : '';
  if (notes.cutOff !== null || lastIsCorrupt) {
    const because = notes.cutOff === null ? '' : ` (${notes.cutOff})`;
    return new FramewatchError('RECORDING_DAMAGED', `is cut off ${reached}${announced}${because}`);
  }
  if (signal === null && exitCode === 0) return null;
  const how = signal === null ? `ffmpeg left with code ${exitCode ?? 'unknown'}` : `ffmpeg was ended by ${signal}`;
  const because = notes.lastFault === null ? '' : `: ${notes.lastFault}`;
  return new FramewatchError('RECORDING_DAMAGED', `could not be read further than ${seconds(reachedMs)}${announced} (${how}${because})`);
}

function warningsOf({ notes, bytes, reachedMs }: RecordingEnding): string[] {
  const warnings: string[] = [];
  if (notes.faults > 0)
    warnings.push(
      `ffmpeg found ${notes.faults === 1 ? 'a fault' : `${notes.faults} faults`} in it (${notes.firstFault ?? ''}); pictures there may be wrong`,
    );
  if (notes.format === 'mpegts' && TRANSPORT_PACKET_BYTES.every((packet) => bytes % packet !== 0))
    warnings.push(`it does not consist of whole packets; it was probably cut off at ${seconds(reachedMs)}`);
  const missingMs = (notes.durationMs ?? 0) - reachedMs;
  if (notes.durationMs !== null && missingMs > Math.max(EARLY_MS, EARLY_SHARE * notes.durationMs))
    warnings.push(`its video ends at ${seconds(reachedMs)}, ${seconds(notes.durationMs)} are announced; it may be cut off, or its sound is longer`);
  return warnings;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
