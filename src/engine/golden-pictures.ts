import type { SelfTest, SelfTestPicture } from './backend.ts';
import type { EngineInput, EngineOutput } from './engine.ts';
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
const SEEDS = [1, 2, 3];
/** Labels are listed until so much of the probability is told; those above this are listed in any case. */
const TOLD = 0.995;
const LISTED = 0.001;

interface Asked {
  readonly drawing: string;
  readonly seed: number;
  readonly probabilities: Float32Array;
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
      asked.push({ drawing, seed, probabilities, moved: distance(probabilities, said.probabilities.subarray(length)) });
      featureSize = (said.features?.length ?? 0) / 2;
    }
  }
  const byMargin = asked.toSorted((one, other) => other.moved - one.moved);
  const best = byMargin.filter((picture, index) => byMargin.findIndex(({ drawing }) => drawing === picture.drawing) === index);
  const pictures = best.map((picture) => expectation(picture, model.labels));
  return { selfTest: { tolerance: TOLERANCE, pictures }, colourMargin: (best[0]?.moved ?? 0) / TOLERANCE, featureSize };
}

/** As it stands in a manifest: six digits, so that a thousand that are rounded still add up to 1; most probable labels first. */
function expectation({ drawing, seed, probabilities }: Asked, labels: readonly string[]): SelfTestPicture {
  const expected: Record<string, number> = {};
  let told = 0;
  for (const index of [...probabilities.keys()].sort((one, other) => (probabilities[other] ?? 0) - (probabilities[one] ?? 0))) {
    const probability = probabilities[index] ?? 0;
    if (told >= TOLD && probability < LISTED) break;
    expected[labels[index] ?? ''] = Number(probability.toFixed(6));
    told += probability;
  }
  return { drawing, seed, expected };
}

function swapped(picture: Uint8Array): Uint8Array {
  return picture.map((_, at) => picture[at + 2 - 2 * (at % 3)] ?? 0);
}

function distance(one: Float32Array, other: Float32Array): number {
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN))), 0);
}
