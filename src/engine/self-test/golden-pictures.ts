import type { SelfTest, SelfTestPicture } from '../backend.ts';
import type { EngineInput, EngineOutput } from '../engine.ts';
import { digestOf, type FeatureDigest } from './feature-digest.ts';
import { DRAWING_NAMES, drawTestPicture } from './test-picture.ts';

/** What the reference says of drawn pictures, and what a test that expects it would notice. */
export interface Golden {
  readonly selfTest: SelfTest;
  /** How far swapped colours move the worst probability of the best picture, in multiples of the tolerance; under 1 the test does not see them. */
  readonly colourMargin: number;
  /** Values of the feature layer, of one picture; 0 without one. */
  readonly featureSize: number;
}

const TOLERANCE = 0.01;
/** Of the features' length: on the CPU the backends differ by less than a thousandth of this. */
const FEATURE_TOLERANCE = 0.02;
const SEEDS = [1, 2, 3];
/** Labels are listed until so much of the probability is told; those above this are listed in any case. */
const TOLD = 0.995;
const LISTED = 0.001;

/** One drawing, and what the reference says of it. */
export interface Seen {
  readonly drawing: string;
  readonly seed: number;
  readonly probabilities: Float32Array;
  readonly features: Float32Array | null;
}

interface Asked extends Seen {
  /** Largest distance of a probability from that of the picture with red and blue swapped. */
  readonly moved: number;
}

/**
 * Shows the reference every drawing several times and keeps of each the one whose results depend most on the order of colours: a picture of which a network is
 * quite sure, or that is grey, hides such a fault. Throws what `classify` throws.
 */
export async function askForGolden(
  classify: (input: EngineInput) => Promise<EngineOutput>,
  model: { readonly labels: readonly string[]; readonly inputSize: number },
): Promise<Golden> {
  const asked: Asked[] = [];
  let featureSize = 0;
  for (const seed of SEEDS) {
    for (const drawing of DRAWING_NAMES) {
      const picture = drawTestPicture(drawing, seed, model.inputSize);
      const said = await classify({ pixels: Buffer.concat([picture, swapped(picture)]), count: 2, paddedTo: 2 });
      const { length } = model.labels;
      const probabilities = said.probabilities.slice(0, length);
      featureSize = (said.features?.length ?? 0) / 2;
      const features = said.features?.subarray(0, featureSize) ?? null;
      asked.push({ drawing, seed, probabilities, features, moved: distance(probabilities, said.probabilities.subarray(length)) });
    }
  }
  const byMargin = asked.toSorted((one, other) => other.moved - one.moved);
  const best = byMargin.filter((picture, index) => byMargin.findIndex(({ drawing }) => drawing === picture.drawing) === index);
  const pictures = best.map((picture) => expectation(picture, model.labels));
  const featureTolerance = featureSize === 0 ? null : FEATURE_TOLERANCE;
  return { selfTest: { tolerance: TOLERANCE, featureTolerance, pictures }, colourMargin: (best[0]?.moved ?? 0) / TOLERANCE, featureSize };
}

/** As it stands in a manifest: six digits, so that a thousand that are rounded still add up to 1; most probable labels first. */
export function expectation({ drawing, seed, probabilities, features }: Seen, labels: readonly string[]): SelfTestPicture {
  const expected: Record<string, number> = {};
  let told = 0;
  for (const index of [...probabilities.keys()].sort((one, other) => (probabilities[other] ?? 0) - (probabilities[one] ?? 0))) {
    const probability = probabilities[index] ?? 0;
    if (told >= TOLD && probability < LISTED) break;
    expected[labels[index] ?? ''] = Number(probability.toFixed(6));
    told += probability;
  }
  return { drawing, seed, expected, features: features === null ? null : writtenDigest(digestOf(features)) };
}

/** Six digits of the largest number, which is no more than a few times the length. */
function writtenDigest({ norm, projections }: FeatureDigest): FeatureDigest {
  const digits = Math.min(12, Math.max(0, 6 - Math.ceil(Math.log10(Math.max(norm, Number.MIN_VALUE)))));
  const rounded = (value: number) => Number(value.toFixed(digits));
  return { norm: rounded(norm), projections: projections.map(rounded) };
}

function swapped(picture: Uint8Array): Uint8Array {
  return picture.map((_, at) => picture[at + 2 - 2 * (at % 3)] ?? 0);
}

function distance(one: Float32Array, other: Float32Array): number {
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN))), 0);
}
