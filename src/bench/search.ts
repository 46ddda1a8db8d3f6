/** One measurement of a value: did it hold, and if not, was it so far off that measuring again is a waste of time? */
export interface Probe {
  readonly at: number;
  readonly holds: boolean;
  readonly clear: boolean;
}

export interface SearchRange {
  /** Whole numbers from 1 to `most` are searched. */
  readonly most: number;
  /** Where to begin: a guess. */
  readonly first: number;
  /** While nothing failed, from one that held to the next. */
  readonly up: (held: number) => number;
  /** While nothing held, from one that failed to the next. */
  readonly down: (failed: number) => number;
  /** The border is found when the values that held and failed are so close, ≥ 1. */
  readonly gap: (held: number) => number;
  /** Measures the two values at the border once more: both were maybe luck. */
  readonly confirms: boolean;
}

export interface Border {
  /** The highest value that held; null: none did. */
  readonly held: number | null;
  /** The lowest value above it that failed; null: none did. */
  readonly failed: number | null;
}

/** Cameras: doubling, then bisection down to one camera, or an eighth where there are many. */
export function cameraRange(most: number, first: number): SearchRange {
  return {
    ...{ most, first, confirms: true },
    up: (held) => held * 2,
    down: (failed) => Math.floor(failed / 2),
    gap: (held) => Math.max(1, Math.floor(held / 8)),
  };
}

/** Rungs of a ladder of rates, which are a quarter to a half apart. */
export function rungRange(most: number, first: number): SearchRange {
  return { most, first, confirms: false, up: (held) => held + 2, down: (failed) => failed - 2, gap: () => 1 };
}

/**
 * What to measure next, after `probes`; null when the border is known. A value that was measured more than once is what it was more often; after a
 * tie it is measured again. What fails below something that held counts: the border is below it. Pure; ends after finitely many probes, whatever they say.
 */
export function nextProbe(probes: readonly Probe[], range: SearchRange): number | null {
  const tied = probes.find(({ at }) => isTied(probes, at));
  if (tied) return tied.at;
  const { most, first, up, down, gap, confirms } = range;
  const within = (value: number) => Math.min(most, Math.max(1, Math.round(value)));
  const { held, failed } = borderOf(probes);
  if (held === null && failed === null) return within(first);
  if (failed === null && held !== null && held < most) return within(Math.max(held + 1, up(held)));
  if (held === null && failed !== null && failed > 1) return within(Math.min(failed - 1, down(failed)));
  if (held !== null && failed !== null && failed - held > gap(held)) return held + Math.floor((failed - held) / 2);
  if (!confirms) return null;
  if (held !== null && countOf(probes, held) < 2) return held;
  if (failed !== null && countOf(probes, failed) < 2 && !probes.some(({ at, clear }) => at === failed && clear)) return failed;
  return null;
}

/** What `probes` say so far; values with a tie say nothing. */
export function borderOf(probes: readonly Probe[]): Border {
  const score = new Map<number, number>();
  for (const { at, holds } of probes) score.set(at, (score.get(at) ?? 0) + (holds ? 1 : -1));
  const values = [...score];
  const failed = Math.min(...values.filter(([, sum]) => sum < 0).map(([at]) => at));
  const held = Math.max(...values.filter(([at, sum]) => sum > 0 && at < failed).map(([at]) => at));
  return { held: Number.isFinite(held) ? held : null, failed: Number.isFinite(failed) ? failed : null };
}

function isTied(probes: readonly Probe[], value: number): boolean {
  const of = probes.filter(({ at }) => at === value);
  return of.length > 0 && of.filter(({ holds }) => holds).length * 2 === of.length;
}

function countOf(probes: readonly Probe[], value: number): number {
  return probes.filter(({ at }) => at === value).length;
}
