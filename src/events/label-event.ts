import type { EndReason } from './end-reason.ts';
import type { Explanation } from './explanation.ts';

/** LabelEvent, schema 1: what is published and stored. Times are ISO 8601 UTC with milliseconds. */
export interface LabelEvent {
  readonly schema: 1;
  /** ULID; the same for start, updates and end. */
  readonly id: string;
  /** Rises by one a message over the whole daemon; survives restarts. Given by the store. */
  readonly sequence: number;
  readonly type: LabelEventType;
  readonly camera: string;
  readonly region: string;
  readonly rule: string;
  /** The strongest label of the rule in the deciding frame. */
  readonly label: string;
  /** Score of the rule: sum of its labels. */
  readonly score: number;
  readonly peakScore: number;
  readonly top: readonly LabelScore[];
  readonly startedAt: string;
  readonly at: string;
  readonly endedAt: string | null;
  readonly endReason: EndReason | null;
  readonly frame: { readonly sequence: number; readonly receivedAt: string; readonly width: number; readonly height: number };
  readonly latencyMs: LatencyLedger;
  readonly batch: { readonly id: number; readonly size: number; readonly paddedTo: number; readonly flushReason: string };
  readonly model: { readonly name: string; readonly sha256: string; readonly backend: string; readonly device: string; readonly precision: string };
  /** Where the picture of the deciding frame of the start is served; null when pictures are not kept. */
  readonly snapshot: string | null;
  /** Where the five pictures around the start are served, seconds after it; null when pictures are not kept. */
  readonly strip: string | null;
  /** Why it came. Events that an older version stored have none. */
  readonly explain?: Explanation;
}

export type LabelEventType = 'start' | 'update' | 'end';

export type { EndReason };

/** A LabelEvent before the store gave it its sequence. */
export type UnsequencedEvent = Omit<LabelEvent, 'sequence'>;

export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/** Arrival of the packet that carries the picture → decision. The parts add up to `total`. ms. */
export interface LatencyLedger {
  readonly total: number;
  readonly decode: number;
  /** Waiting: for the batch to form, and, prepared, for the engine to be free. */
  readonly queue: number;
  readonly preprocess: number;
  readonly inference: number;
  readonly decide: number;
  /** The camera's `maxLatencyMs`. */
  readonly bound: number;
  /** False: not even an idle engine could keep this bound when the frame was judged, so a miss was no matter of load. */
  readonly feasible: boolean;
}

/** One verdict of the network about one region of one frame. */
export interface Classification {
  readonly camera: string;
  readonly region: string;
  readonly frame: {
    readonly sequence: number;
    readonly receivedAt: number;
    readonly receivedMono: number;
    readonly width: number;
    readonly height: number;
  };
  /** Every label with its probability, strongest first. */
  readonly scores: readonly LabelScore[];
  readonly ledger: LatencyLedger;
  readonly batch: { readonly id: number; readonly size: number; readonly paddedTo: number; readonly flushReason: string };
}
