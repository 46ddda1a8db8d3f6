/** What was true when the recording began. Nothing in a trace names a camera, a place or an address. */
export interface TraceHeader {
  /** Of Framewatch, e.g. `0.1.0`. */
  readonly recordedBy: string;
  /** Allowed batch sizes, ascending. */
  readonly sizes: readonly number[];
  /** ms a batch, by size: what the scheduler took a batch to cost. */
  readonly costMs: Readonly<Record<number, number>>;
  /** ms a picture. */
  readonly preprocessMs: number;
  /** Hand-over and decision, ms a batch. */
  readonly overheadMs: number;
  readonly engine: { readonly backend: string; readonly device: string; readonly precision: string; readonly threads: number };
  readonly policy: { readonly name: string; readonly maxQueueDelayMs: number };
}

/** Times are ms since the recording began; those of frames that arrived before it are negative. */
export type TraceRecord =
  /** Slots are numbered from 0 as they are added; a camera that comes back keeps its number and gets new slots. */
  | {
      readonly kind: 'slot';
      readonly atMs: number;
      readonly slot: number;
      readonly camera: number;
      readonly region: number;
      readonly maxLatencyMs: number;
      readonly weight: number;
    }
  | { readonly kind: 'gone'; readonly atMs: number; readonly slot: number }
  /** Offered to the batcher; it had arrived `ageMs` earlier (decoding took most of that). */
  | { readonly kind: 'frame'; readonly atMs: number; readonly slot: number; readonly ageMs: number }
  /** Written when it is back, `tookMs` after it was formed. It holds the newest frame that each of `slots` was offered before `atMs`. */
  | {
      readonly kind: 'batch';
      readonly atMs: number;
      readonly tookMs: number;
      readonly paddedTo: number;
      /** Null for a batch that failed. */
      readonly cost: { readonly preprocessMs: number; readonly inferenceMs: number } | null;
      readonly slots: readonly number[];
    }
  | { readonly kind: 'engine'; readonly atMs: number; readonly available: boolean }
  /** The engine was exchanged, or lost its top rung. */
  | { readonly kind: 'ladder'; readonly atMs: number; readonly sizes: readonly number[]; readonly costMs: Readonly<Record<number, number>> }
  /** So many frames and batches before this line are missing, because the disk was too slow. */
  | { readonly kind: 'lost'; readonly atMs: number; readonly count: number }
  | { readonly kind: 'end'; readonly atMs: number; readonly reason: TraceEnd };

export const TRACE_ENDS = ['closed', 'time', 'size'] as const;
/** The daemon ended or the recording was stopped, its time was over, or the file was as large as it may be. */
export type TraceEnd = (typeof TRACE_ENDS)[number];

export interface ArrivalTrace {
  readonly header: TraceHeader;
  readonly records: readonly TraceRecord[];
  /** Null when the file breaks off: the daemon was killed, or the disk was full. What came before is good. */
  readonly end: TraceEnd | null;
}

/** Of the format, as it stands in the first line. */
export const TRACE_FORMAT = 1;

/** The first line, without its newline. */
export function encodeHeader(header: TraceHeader): string {
  return JSON.stringify({ framewatchTrace: TRACE_FORMAT, ...header });
}

/** One line, without its newline: an array of the kind, the time and the rest, in the order of the fields. Times to 10 µs. */
export function encodeRecord(record: TraceRecord): string {
  const { kind } = record;
  const atMs = rounded(record.atMs);
  switch (kind) {
    case 'slot':
      return JSON.stringify([kind, atMs, record.slot, record.camera, record.region, record.maxLatencyMs, record.weight]);
    case 'gone':
      return JSON.stringify([kind, atMs, record.slot]);
    case 'frame':
      return JSON.stringify([kind, atMs, record.slot, rounded(record.ageMs)]);
    case 'batch': {
      const { cost } = record;
      const costs = cost === null ? [null, null] : [rounded(cost.preprocessMs), rounded(cost.inferenceMs)];
      return JSON.stringify([kind, atMs, rounded(record.tookMs), record.paddedTo, ...costs, record.slots]);
    }
    case 'engine':
      return JSON.stringify([kind, atMs, record.available ? 1 : 0]);
    case 'ladder':
      return JSON.stringify([kind, atMs, record.sizes, record.costMs]);
    case 'lost':
      return JSON.stringify([kind, atMs, record.count]);
    case 'end':
      return JSON.stringify([kind, atMs, record.reason]);
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
