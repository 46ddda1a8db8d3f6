import type { LabelScore } from '../events/label-event.ts';

/** What the network said about one region of one picture of a recording. */
export interface FrameVerdict {
  /** Counts the judged pictures of the file from 0: without `--fps`, its own pictures. */
  readonly frame: number;
  /** From the start of the file, ms, as the file says it. */
  readonly timeMs: number;
  readonly region: string;
  /** Every label with its probability, strongest first. */
  readonly scores: readonly LabelScore[];
  /** The same in the order of the network's outputs. */
  readonly probabilities: ArrayLike<number>;
}
