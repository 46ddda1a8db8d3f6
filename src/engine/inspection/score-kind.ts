import { FramewatchError } from '../../util/errors.ts';
import type { NetworkOutputs } from '../network-source.ts';

/** What the last computing step of a network makes of its scores, as far as its name tells. */
export type LastStep = 'softmax' | 'linear' | 'sigmoid' | 'other' | 'unknown';

/**
 * Whether scores are probabilities or logits; null when that cannot be told. Throws FramewatchError MODEL_UNSUPPORTED_LAYER for scores that are neither:
 * what does not add up to 1 cannot be compared with a rule's thresholds.
 */
export function kindOfScores(step: LastStep, name: string): NetworkOutputs['kind'] | null {
  if (step === 'softmax') return 'probabilities';
  if (step === 'linear') return 'logits';
  if (step === 'unknown') return null;
  throw new FramewatchError(
    'MODEL_UNSUPPORTED_LAYER',
    `the scores of ${name} come from ${step === 'sigmoid' ? 'a sigmoid: each stands for itself' : 'a function that is no softmax'}; a model whose classes exclude one another is needed`,
  );
}
