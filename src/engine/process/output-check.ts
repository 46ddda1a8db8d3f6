import { FramewatchError } from '../../util/errors.ts';

/** Scores leave a network as float32 (or come from int8 arithmetic): how far a row's sum may be from 1. */
const SUM_TOLERANCE = 0.02;

/**
 * Refuses scores that are none: wrong number, not finite, or a row that does not add up to 1. A network gone mad (a poisoned GPU context, a NaN
 * in the weights) must not become events. Throws FramewatchError ENGINE_INFERENCE_FAILED.
 */
export function checkProbabilities(probabilities: Float32Array, count: number, labels: number): void {
  if (probabilities.length !== count * labels) {
    throw new FramewatchError(
      'ENGINE_INFERENCE_FAILED',
      `the network gave ${probabilities.length} scores for ${count} pictures and ${labels} labels`,
    );
  }
  for (let row = 0; row < count; row += 1) {
    let sum = 0;
    for (let label = 0; label < labels; label += 1) sum += probabilities[row * labels + label] ?? Number.NaN;
    // Also false for NaN.
    if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) {
      throw new FramewatchError('ENGINE_INFERENCE_FAILED', `the scores of picture ${row + 1} of ${count} add up to ${sum} instead of 1`);
    }
  }
}
