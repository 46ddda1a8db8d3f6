import type { CostModel } from './cost-model.ts';

/** What a cost model, or a recorded one, knows of batches. Durations in ms, 95th percentiles. */
export type BatchCosts = Pick<CostModel, 'ladder' | 'safeMs' | 'preprocessMs' | 'overheadMs'>;

/** The least time that a camera's pictures take, with an engine that has nothing else to do, ms. The parts add up to `total`. */
export interface SmallestBound {
  readonly total: number;
  /** Arrival → decoded, as this camera's stream has shown; 0 while nothing is known of it. */
  readonly decode: number;
  readonly preprocess: number;
  readonly network: number;
  /** Handing over, transport, deciding. */
  readonly overhead: number;
}

/** It becomes feasible again only below this share of the bound, so a bound that is raised as advised is beyond doubt. */
export const FEASIBLE_SHARE = 0.9;
const ADVICE_STEP_MS = 10;

/**
 * The smallest bound that a camera with `pictures` regions can ask for: all of them are judged in whatever batches are quickest, on an engine that waits for them. A bound
 * below it is missed by one frame in twenty at least, however little is asked: no policy and no load can change that. For one picture, without decoding, it is the cost
 * model's `smallestFeasibleBoundMs`.
 */
export function smallestBound(costs: BatchCosts, pictures: number, decodeMs: number): SmallestBound {
  // Of batches one after the other only the first has its preprocessing to itself: the others are prepared while it runs.
  const plans = costs.ladder.map((size) => ({
    preprocess: costs.preprocessMs(Math.min(size, pictures)),
    network: costs.safeMs(size) + quickestMs(costs, pictures - size),
  }));
  const { preprocess, network } = plans.reduce((best, plan) => (plan.preprocess + plan.network < best.preprocess + best.network ? plan : best), {
    preprocess: Number.POSITIVE_INFINITY,
    network: 0,
  });
  const overhead = costs.overheadMs;
  return { total: decodeMs + preprocess + network + overhead, decode: decodeMs, preprocess, network, overhead };
}

/** What to set `maxLatencyMs` to, at least: whole tens of ms, with room for the costs to drift a little. */
export function advisedBoundMs({ total }: SmallestBound): number {
  return Math.ceil(total / FEASIBLE_SHARE / ADVICE_STEP_MS) * ADVICE_STEP_MS;
}

/** For people: why the bound cannot be kept, and what to do. */
export function infeasibleInWords(needed: SmallestBound, boundMs: number, pictures: number): string {
  const { total, decode, preprocess, network, overhead } = needed;
  const steps = { decode, preprocess, network, 'hand-over': overhead };
  // Decoding is not known before the camera has shown some.
  const parts = Object.entries(steps)
    .filter(([, ms]) => ms > 0)
    .map(([step, ms]) => `${step} ${Math.round(ms)}`);
  const of = pictures === 1 ? 'a frame' : `a frame with its ${pictures} regions`;
  const quicker =
    decode > total / 2
      ? 'or shorten decoding: a stream of the camera without B-frames, ffmpeg.hwaccel'
      : 'or make the network faster: engine.device, engine.precision, another model';
  const takes = `${of} takes up to ${Math.round(total)} ms even when nothing else waits (${parts.join(', ')})`;
  const advice = `raise maxLatencyMs to ${advisedBoundMs(needed)} or more, ${quicker}`;
  if (total > boundMs) return `a bound of ${boundMs} ms cannot be kept: ${takes}; ${advice}`;
  // The judgement waits until the costs have changed for good; the words must not say until then that 311 is more than 500.
  if (total > boundMs * FEASIBLE_SHARE) return `a bound of ${boundMs} ms could not be kept, and hardly can now: ${takes}; ${advice}`;
  return `a bound of ${boundMs} ms could not be kept: now ${takes}, and when that lasts it counts as kept again`;
}

/** The quickest way to run `count` pictures, batch after batch, ms; 0 for none. */
function quickestMs(costs: BatchCosts, count: number): number {
  const best = [0];
  for (let pictures = 1; pictures <= count; pictures++) {
    best.push(Math.min(...costs.ladder.map((size) => costs.safeMs(size) + (best[pictures - size] ?? 0))));
  }
  return best.at(-1) ?? 0;
}
