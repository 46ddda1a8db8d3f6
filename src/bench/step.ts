import type { LatencyLedger } from '../events/label-event.ts';
import type { CoresUsed } from './cpu-sight.ts';

/** A load that is tried: so many cameras, each judged so often a second. */
export interface Load {
  readonly cameras: number;
  readonly sampleFps: number;
}

export type Stage = Extract<keyof LatencyLedger, 'decode' | 'queue' | 'preprocess' | 'inference' | 'decide' | 'total'>;

/** In the order in which a frame passes them; `total` last. */
export const STAGES: readonly Stage[] = ['decode', 'queue', 'preprocess', 'inference', 'decide', 'total'];

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** What was measured at one load. Counts are of the measured time only, times in ms unless the name says otherwise. */
export interface Step extends Load {
  /** `clearlyOver`: ended early, since nothing could have saved it. */
  readonly end: 'whole' | 'clearlyOver';
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Cameras that were live at its end, by how they were decoded. */
  readonly live: { readonly all: number; readonly keyframes: number };
  /** Pictures that should have come: cameras × rate × seconds, where a camera's key frames alone are decoded at most their rate. */
  readonly offered: number;
  /** Pictures that left the decoders. */
  readonly received: number;
  /** Verdicts. */
  readonly judged: number;
  /** Pictures that got none, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Verdicts a second. */
  readonly framesPerSecond: number;
  /** Of those that were decided or dropped: later than the bound, or dropped. */
  readonly missedShare: number;
  /** Verdicts whose ledger the following is about. */
  readonly samples: number;
  /** Null without samples. */
  readonly latencyMs: Readonly<Record<Stage, Quantiles>> | null;
  /** Verdicts a batch; null without a batch. */
  readonly meanBatch: number | null;
  /** Share of the time in which the network itself ran. */
  readonly engineBusyShare: number;
  /** Null where the system does not account for processes. */
  readonly cores: CoresUsed | null;
  readonly holds: boolean;
  /** What it broke, as sentences; empty when it holds. */
  readonly broken: readonly string[];
}
