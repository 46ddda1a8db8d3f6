import type { TracedChunk } from '../events/score-trace.ts';

/** Takes the score trace, in the order in which it came. */
export interface ScoreTraceStore {
  /** Returns at once and never throws. What cannot be written now is written as soon as it can be; of what is too much to wait, the oldest is given up. */
  record(parts: readonly TracedChunk[]): void;
  /** Parts of a camera that wait to be written, or are being written, oldest first; of two with the same number the later has more. */
  waitingOf(camera: string): readonly TracedChunk[];
  /** Frames whose scores were given up since the start. */
  readonly lostFrames: number;
}
