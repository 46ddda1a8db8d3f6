import type { LatencyLedger } from '../events/label-event.ts';
import type { Figures } from './figures.ts';

/** Of the pictures offered, so many may get no verdict. */
const LOST_ALLOWED = 0.02;
/** Of the verdicts, so many may be late: it is the 99th percentile that has to keep the bound. */
const LATE_ALLOWED = 0.01;
/** Beyond these nobody needs a second measurement. */
const CLEARLY_LATE = 0.1;
const CLEARLY_LOST = 0.2;
/** While other programs take so much, a failure may be theirs, however clear it looks. */
const DISTURBING_CORES = 0.25;
/** A step is not given up before it has shown so much. */
const LEAST_SECONDS = 3;
const LEAST_SHARE = 0.4;

export interface Judgement {
  readonly holds: boolean;
  /** Fails so clearly that it would fail again. */
  readonly clear: boolean;
  readonly broken: readonly string[];
}

/** Whether a load was carried: every camera came up, its pictures were judged, and their 99th percentile kept the bound. */
export function judge(figures: Figures, boundMs: number): Judgement {
  const { cameras, live, offered, samples, latencyMs, missedShare, cores } = figures;
  const up = live.all + live.keyframes;
  const lost = lostPictures(figures);
  const p99 = latencyMs?.total.p99 ?? Number.POSITIVE_INFINITY;
  const broken: string[] = [];
  if (up < cameras) broken.push(`only ${up} of ${cameras} cameras were live`);
  if (lost > LOST_ALLOWED * offered) broken.push(`${Math.round(lost)} of ${Math.round(offered)} pictures got no verdict`);
  if (samples === 0) broken.push('nothing was judged');
  else if (p99 > boundMs) broken.push(`p99 was ${Math.round(p99)} ms, the bound is ${boundMs} ms`);
  const clear = missedShare > CLEARLY_LATE || lost > CLEARLY_LOST * offered || samples === 0;
  const isDisturbed = (cores?.others ?? 0) > DISTURBING_CORES;
  return { holds: broken.length === 0, clear: broken.length > 0 && clear && !isDisturbed, broken };
}

/**
 * Pictures without a verdict: dropped with a reason, or never delivered by their decoder. One picture a camera may lie across the edge of the
 * measured time, so that many may be missing there without being lost.
 */
export function lostPictures({ cameras, offered, received, dropped }: Pick<Figures, 'cameras' | 'offered' | 'received' | 'dropped'>): number {
  const drops = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return drops + Math.max(0, offered - cameras - received);
}

/** How far a step is, while it is measured. */
export interface Progress {
  readonly cameras: number;
  readonly offeredPerSecond: number;
  readonly elapsedSeconds: number;
  readonly plannedSeconds: number;
  readonly ledgers: readonly LatencyLedger[];
}

/** Whether it can no longer hold, nor come close: then the rest of its time is saved. */
export function isClearlyOver({ cameras, offeredPerSecond, elapsedSeconds, plannedSeconds, ledgers }: Progress): boolean {
  if (elapsedSeconds < Math.max(LEAST_SECONDS, LEAST_SHARE * plannedSeconds)) return false;
  const late = ledgers.filter(({ total, bound }) => total > bound).length;
  const tooLate = late > LATE_ALLOWED * offeredPerSecond * plannedSeconds + 1 && late > CLEARLY_LATE * ledgers.length;
  const tooFew = ledgers.length + cameras < (1 - CLEARLY_LOST) * offeredPerSecond * elapsedSeconds;
  return tooLate || tooFew;
}
