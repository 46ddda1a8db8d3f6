/** A feature vector in nine numbers: enough to see that it is another one, too few to tell what it was. */
export interface FeatureDigest {
  /** Euclidean length. */
  readonly norm: number;
  /** `PROJECTIONS` sums over all values, each with its own fixed pattern of signs. */
  readonly projections: readonly number[];
}

/** The sum of a difference `e` with random signs has the deviation |e|: that all eight are under a tenth of |e| happens once in 600 million times. */
export const PROJECTIONS = 8;

/** `features`: one picture's. */
export function digestOf(features: Float32Array): FeatureDigest {
  let squares = 0;
  const projections = new Float64Array(PROJECTIONS);
  for (const [index, value] of features.entries()) {
    squares += value * value;
    const signs = mixed(index);
    for (let at = 0; at < PROJECTIONS; at += 1) projections[at] = (projections[at] ?? 0) + ((signs >>> at) & 1 ? value : -value);
  }
  return { norm: Math.sqrt(squares), projections: [...projections] };
}

/** How far `actual` is from `expected`: the largest distance of two of their numbers, as a share of the expected length. NaN where a value is not a number. */
export function digestDistance(expected: FeatureDigest, actual: FeatureDigest): number {
  const distances = expected.projections.map((projection, at) => Math.abs(projection - (actual.projections[at] ?? Number.NaN)));
  return Math.max(Math.abs(expected.norm - actual.norm), ...distances) / Math.max(expected.norm, Number.MIN_VALUE);
}

/** 32 bits that look random, each depending on every bit of `index`: the finaliser of MurmurHash3 (Appleby, public domain). Whole numbers, the same everywhere. */
function mixed(index: number): number {
  let bits = index + 1;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
