import type { TraceFrame, TraceSession } from './score-trace.ts';
import { roundScore, SCORE_STEPS } from './scores.ts';

export type TraceScorer =
  /** `exact`: what it gives is what a rule with these labels saw; else a sum of rounded parts, which may be off by half a step (0.00005) a label. */
  | { readonly ok: true; readonly exact: boolean; readonly scoreOf: (frame: TraceFrame) => number }
  /** The trace does not have these labels of every frame. */
  | { readonly ok: false; readonly missing: readonly string[] };

/** How to get the score of a rule with these labels from the frames of a session. */
export function traceScorer({ labels: traced, groups }: Pick<TraceSession, 'labels' | 'groups'>, ruleLabels: readonly string[]): TraceScorer {
  const labels = [...new Set(ruleLabels)];
  const group = groups.findIndex((other) => isSameSet(other, labels));
  if (group >= 0) return { ok: true, exact: true, scoreOf: (frame) => frame.groups[group] ?? 0 };
  const missing = labels.filter((label) => !traced.includes(label));
  if (missing.length > 0) return { ok: false, missing };
  const [only] = labels;
  if (only !== undefined && labels.length === 1) return { ok: true, exact: true, scoreOf: ({ scores }) => scores.get(only) ?? 0 };
  return { ok: true, exact: false, scoreOf: ({ scores }) => sumOf(labels, scores) };
}

function sumOf(labels: readonly string[], scores: ReadonlyMap<string, number>): number {
  let steps = 0;
  for (const label of labels) steps += Math.round((scores.get(label) ?? 0) * SCORE_STEPS);
  return roundScore(steps / SCORE_STEPS);
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  const set = new Set(some);
  return set.size === others.length && others.every((label) => set.has(label));
}
