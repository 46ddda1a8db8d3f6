import { CostWindow } from './cost-window.ts';

/** Outside of these a stated or measured duration is a fault, not a cost, ms. */
const FLOOR_MS = 0.001;
const IMPLAUSIBLE_MS = 600_000;
/** What a picture is taken to cost when nothing at all is known, ms. */
const UNKNOWN_MS = 50;
/** Preprocessing of one picture before the first was measured, ms (crop and resize of 640×360 by sharp). */
const PREPROCESS_SEED_MS = 2.5;
const OVERHEAD_SEED_MS = 2;
/** A size is as good as the best when it reaches this share of the best throughput. */
const NEARLY_BEST = 0.98;
/** After so many batches, sizes that were not used drift back to their seed: no size is shunned for ever for one bad minute. */
const SWEEP_EVERY = 32;
/** Of so many batches under overload one tries another size … */
const TRIAL_EVERY = 16;
/** … or, for a size that was measured often enough, of so many; … */
const KNOWN_FOR = 512;
/** … of those that reach at least this share of the best throughput, as far as is known: a trial must not cost much. */
const TRIAL_RATE = 0.8;
/** Measurements that the cost from warm-up is worth. */
const SEED_WEIGHT = 6;

interface SizeCost {
  readonly seedMs: number;
  readonly window: CostWindow;
  /** Read often, changed once a batch. */
  lowMs: number;
  typicalMs: number;
  safeMs: number;
  lastSeen: number;
  /** Batches of this size since the ladder was set. */
  measured: number;
}

/**
 * What a batch costs, by allowed size: seeded at warm-up, kept current by what is observed. `safe` figures are 95th
 * percentiles, for promises; `typical` ones are medians, for comparing; `soonest` ones are early guesses, for being ready.
 * Nonsense (0, NaN, negative, infinite, absent) never gets in; costs never fall with size.
 */
export class CostModel {
  #ladder: readonly number[] = [1];
  #costs = new Map<number, SizeCost>();
  #preprocess = new CostWindow(PREPROCESS_SEED_MS, 4);
  #overhead = new CostWindow(OVERHEAD_SEED_MS, 4);
  #preprocessMs = PREPROCESS_SEED_MS;
  #overheadMs = OVERHEAD_SEED_MS;
  #bestSize = 1;
  /** Today's speed against the seeds: 1 as at warm-up, 2 twice as slow. */
  #drift = 1;
  #batches = 0;

  /** `costMs`: ms a batch, by size, as warm-up measured it. */
  constructor(sizes: readonly number[], costMs: Readonly<Record<number, number>>) {
    this.setLadder(sizes, costMs);
  }

  /** Replaces sizes and costs: the engine was exchanged or lost its top rung. What was learnt of preprocessing stays. */
  setLadder(sizes: readonly number[], costMs: Readonly<Record<number, number>>): void {
    const valid = [...new Set(sizes)].filter((size) => Number.isInteger(size) && size > 0).sort((a, b) => a - b);
    this.#ladder = valid.length > 0 ? valid : [1];
    this.#drift = 1;
    this.#costs = new Map();
    for (const size of this.#ladder) {
      const seedMs = seedOf(size, this.#ladder, costMs);
      this.#costs.set(size, {
        seedMs,
        window: new CostWindow(seedMs, SEED_WEIGHT),
        lowMs: seedMs,
        typicalMs: seedMs,
        safeMs: seedMs,
        lastSeen: 0,
        measured: 0,
      });
    }
    this.#refresh();
  }

  /** A batch of `count` pictures ran at allowed size `size`. Durations in ms. */
  observe(size: number, count: number, inferenceMs: number, preprocessMs: number): void {
    const cost = this.#costs.get(size);
    if (plausible(preprocessMs) && count > 0) {
      this.#preprocess.observe(preprocessMs / count);
      this.#preprocessMs = this.#preprocess.quantile(0.95);
    }
    if (cost === undefined || !plausible(inferenceMs)) {
      this.failed(size);
      return;
    }
    cost.window.observe(inferenceMs);
    cost.lastSeen = ++this.#batches;
    cost.measured += 1;
    const ratio = cost.window.quantile(0.5) / cost.seedMs;
    this.#drift += (Math.min(5, Math.max(0.2, ratio)) - this.#drift) / 16;
    if (this.#batches % SWEEP_EVERY === 0) this.#recallUnused();
    this.#refresh();
  }

  /** A batch of `size` ran, but its time says nothing. It counts as tried: a size that always fails must not be the next to be tried for ever. */
  failed(size: number): void {
    this.#batches += 1;
    const cost = this.#costs.get(size);
    if (cost !== undefined) cost.lastSeen = this.#batches;
  }

  /** What handing over, transport and deciding added to a batch that found the engine free, ms. */
  observeOverhead(overheadMs: number): void {
    if (!plausible(overheadMs)) return;
    this.#overhead.observe(overheadMs);
    this.#overheadMs = this.#overhead.quantile(0.95);
  }

  /** Allowed sizes, ascending. */
  get ladder(): readonly number[] {
    return this.#ladder;
  }

  get largestSize(): number {
    return this.#ladder[this.#ladder.length - 1] ?? 1;
  }

  /** The smallest allowed size that holds `count`; the largest when none does. */
  sizeFor(count: number): number {
    for (const size of this.#ladder) if (size >= count) return size;
    return this.largestSize;
  }

  /** The largest allowed size ≤ `count`; the smallest when there is none. */
  sizeWithin(count: number): number {
    let best = this.#ladder[0] ?? 1;
    for (const size of this.#ladder) if (size <= count) best = size;
    return best;
  }

  /** 95th percentile of T(size), ms. */
  safeMs(size: number): number {
    return this.#costs.get(size)?.safeMs ?? UNKNOWN_MS * size;
  }

  /** Median of T(size), ms. */
  typicalMs(size: number): number {
    return this.#costs.get(size)?.typicalMs ?? UNKNOWN_MS * size;
  }

  /** The time by which a batch is seldom through already, ms: the moment to have the next one ready. */
  soonestMs(size: number): number {
    return this.#costs.get(size)?.lowMs ?? UNKNOWN_MS * size;
  }

  /** 95th percentile for `count` pictures, ms. */
  preprocessMs(count: number): number {
    return this.#preprocessMs * count;
  }

  /** 95th percentile, ms a batch. */
  get overheadMs(): number {
    return this.#overheadMs;
  }

  /** The smallest size that reaches nearly the best throughput that any size has. */
  get bestThroughputSize(): number {
    return this.#bestSize;
  }

  /** The smallest size that is nearly the quickest a picture for `count` pictures, ≥ 1: fewer than a size holds are padded, and cost as much. */
  bestSizeFor(count: number): number {
    const rateOf = (size: number) => Math.min(size, count) / this.typicalMs(size);
    const bestRate = Math.max(...this.#ladder.map(rateOf));
    return this.#ladder.find((size) => rateOf(size) >= NEARLY_BEST * bestRate) ?? this.largestSize;
  }

  /**
   * Under overload, once in a while: the size ≤ `most` that was measured longest ago, when it may be as good as the best. A size that is never used would
   * keep the cost that warm-up saw, in one bad second perhaps, for ever. Null mostly.
   */
  trialSize(most: number): number | null {
    if (this.#batches % TRIAL_EVERY !== TRIAL_EVERY - 1) return null;
    const leastRate = TRIAL_RATE * this.bestRatePerMs;
    let oldest: number | null = null;
    let oldestSeen = Number.POSITIVE_INFINITY;
    for (const size of this.#ladder) {
      const cost = this.#costs.get(size);
      if (cost === undefined || size > most || size === this.#bestSize || size / cost.typicalMs < leastRate) continue;
      const rests = cost.measured >= SEED_WEIGHT && this.#batches - cost.lastSeen < KNOWN_FOR;
      if (rests || cost.lastSeen >= oldestSeen) continue;
      oldest = size;
      oldestSeen = cost.lastSeen;
    }
    return oldest;
  }

  /** Pictures a ms at the best size. */
  get bestRatePerMs(): number {
    return this.#bestSize / this.typicalMs(this.#bestSize);
  }

  /** No frame can be judged faster than this, even by an idle engine: bounds below it cannot be kept, ms. */
  get smallestFeasibleBoundMs(): number {
    const size = this.#ladder[0] ?? 1;
    return this.preprocessMs(1) + this.safeMs(size) + this.#overheadMs;
  }

  #recallUnused(): void {
    for (const cost of this.#costs.values()) {
      if (this.#batches - cost.lastSeen >= SWEEP_EVERY) cost.window.observe(cost.seedMs * this.#drift);
    }
  }

  #refresh(): void {
    let low = 0;
    let typical = 0;
    let safe = 0;
    let bestRate = 0;
    for (const size of this.#ladder) {
      const cost = this.#costs.get(size);
      if (cost === undefined) continue;
      low = Math.max(low, cost.window.quantile(0.1));
      typical = Math.max(typical, cost.window.quantile(0.5));
      safe = Math.max(safe, cost.window.quantile(0.95));
      cost.lowMs = low;
      cost.typicalMs = typical;
      cost.safeMs = safe;
      bestRate = Math.max(bestRate, size / typical);
    }
    this.#bestSize = this.#ladder.find((size) => size / this.typicalMs(size) >= NEARLY_BEST * bestRate) ?? this.largestSize;
  }
}

/** A stated cost that is plausible, else one scaled from the nearest stated size. */
function seedOf(size: number, ladder: readonly number[], costMs: Readonly<Record<number, number>>): number {
  const own = costMs[size];
  if (own !== undefined && plausible(own)) return own;
  const nearest = ladder
    .filter((other) => plausible(costMs[other] ?? 0))
    .sort((a, b) => Math.abs(Math.log(a / size)) - Math.abs(Math.log(b / size)))[0];
  return nearest === undefined ? UNKNOWN_MS * size : ((costMs[nearest] ?? UNKNOWN_MS * nearest) * size) / nearest;
}

function plausible(ms: number): boolean {
  return ms >= FLOOR_MS && ms < IMPLAUSIBLE_MS;
}
