import type { RunFacts, RunTotals } from '../findings.ts';

/** A label that is drawn. */
export interface ShownLabel {
  readonly name: string;
  /** In the order of the network's outputs. */
  readonly index: number;
  /** CSS class that sets its colour. */
  readonly style: string;
  readonly isWatched: boolean;
}

/** What rules look for is warm, all else cool: one sees at a glance where something is. Legible on light and dark. */
const WARM = ['#d9483b', '#ef8a3c', '#c9508f', '#e2b33a', '#9d5bb5', '#f0a38a'] as const;
const COOL = ['#90a8bd', '#3f9c95', '#6f83d6', '#79ac5f', '#4f8fc0', '#b3bd8a'] as const;
const MOST_SHOWN = 10;
/** For the rest of the labels, together. */
export const OTHERS = 'others';

/** The labels that are drawn, those that rules watch first, each group with the largest share first; so they are stacked, from the ground up. */
export function palette({ labels, rules }: Pick<RunFacts, 'labels' | 'rules'>, { files }: Pick<RunTotals, 'files'>): readonly ShownLabel[] {
  const watched = new Set(rules.flatMap((rule) => rule.labels));
  const weights = weightsOf(files, labels.length);
  const byWeight = [...labels.keys()].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0));
  const isWatched = (index: number) => watched.has(labels[index] ?? '');
  const warm = byWeight.filter(isWatched).slice(0, WARM.length);
  const cool = byWeight.filter((index) => !isWatched(index) && (weights[index] ?? 0) > 0).slice(0, Math.min(COOL.length, MOST_SHOWN - warm.length));
  return [
    ...warm.map((index, place) => ({ name: labels[index] ?? '', index, style: `w${place}`, isWatched: true })),
    ...cool.map((index, place) => ({ name: labels[index] ?? '', index, style: `c${place}`, isWatched: false })),
  ];
}

/** The rules that set `--label` for the classes above. */
export function paletteCss(): string {
  const rules = [...WARM.map((colour, place) => `.w${place}{--label:${colour}}`), ...COOL.map((colour, place) => `.c${place}{--label:${colour}}`)];
  return `${rules.join('')}.${OTHERS}{--label:var(--faint)}`;
}

/** Probability × pictures, by label. */
function weightsOf(files: RunTotals['files'], labels: number): Float64Array {
  const weights = new Float64Array(labels);
  for (const { timeline } of files.flatMap(({ regions }) => regions)) {
    timeline?.counts.forEach((count, bin) => {
      timeline.labels.forEach((label, place) => {
        weights[label] = (weights[label] ?? 0) + count * (timeline.means[bin * timeline.labels.length + place] ?? 0);
      });
    });
  }
  return weights;
}
