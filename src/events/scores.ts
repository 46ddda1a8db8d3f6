import type { LabelScore } from './label-event.ts';

/** How many labels a message carries. */
const TOP_LABELS = 5;

/** Scores have four decimals everywhere: what is published is what was compared with the thresholds. */
export function roundScore(score: number): number {
  return scoreSteps(score) / SCORE_STEPS;
}

/** So many steps a score has from 0 to 1. */
export const SCORE_STEPS = 10_000;

/** The score in whole steps: `roundScore` is this divided by SCORE_STEPS. */
export function scoreSteps(score: number): number {
  return Math.round(Math.min(1, Math.max(0, score)) * SCORE_STEPS);
}

/** Every label with its probability, strongest first. `labels` and `probabilities` stand in the order of the network's outputs. */
export function labelScores(labels: readonly string[], probabilities: ArrayLike<number>): LabelScore[] {
  return labels.map((label, index) => ({ label, score: probabilities[index] ?? 0 })).sort((a, b) => b.score - a.score);
}

export function topLabels(scores: readonly LabelScore[]): readonly LabelScore[] {
  return scores.slice(0, TOP_LABELS).map(({ label, score }) => ({ label, score: roundScore(score) }));
}

/**
 * What a rule makes of the labels of a frame (strongest first): the sum of its own, and the strongest among them.
 * A label that the network does not know counts 0; when it knows none, the rule's first one is named.
 */
export function ruleScore(labels: readonly string[], scores: readonly LabelScore[]): LabelScore {
  const own = scores.filter((score) => labels.includes(score.label));
  const sum = own.reduce((total, { score }) => total + score, 0);
  return { label: own[0]?.label ?? labels[0] ?? '', score: roundScore(sum) };
}
