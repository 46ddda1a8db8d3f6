import type { ScorePoint } from '../state/score-history.ts';

export interface ScoreSample {
  readonly atMs: number;
  readonly score: number;
  readonly active: boolean;
  /** Nothing is missing between the sample before and this one. */
  readonly isJoined: boolean;
}

/** The watched scores of one rule in one region, oldest first. Of the time between two that are further apart than `longestGapMs` nothing is known. */
export function samplesOf(points: readonly ScorePoint[], rule: string, region: string, longestGapMs: number): readonly ScoreSample[] {
  const samples: ScoreSample[] = [];
  for (const { atMs, region: other, rules } of points) {
    const found = other === region ? rules[rule] : undefined;
    if (!found) continue;
    const before = samples.at(-1);
    samples.push({ atMs, score: found.score, active: found.active, isJoined: before !== undefined && atMs - before.atMs <= longestGapMs });
  }
  return samples;
}

export interface CourseFrame {
  readonly fromMs: number;
  readonly toMs: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface Course {
  /** Of an SVG path: the line of the scores, broken where nothing is known. */
  readonly line: string;
  /** Where the rule held, px from the left. */
  readonly active: readonly { readonly x: number; readonly width: number }[];
}

/** How samples are drawn in a frame: time to the right, score 1 on top, 0 at the bottom. */
export function courseOf(samples: readonly ScoreSample[], frame: CourseFrame): Course {
  const x = (atMs: number) => ((atMs - frame.fromMs) / (frame.toMs - frame.fromMs)) * frame.widthPx;
  const steps: string[] = [];
  const active: { x: number; width: number }[] = [];
  let before: ScoreSample | undefined;
  for (const sample of samples) {
    if (sample.atMs < frame.fromMs) continue;
    const isJoined = before !== undefined && sample.isJoined;
    steps.push(`${isJoined ? 'L' : 'M'}${x(sample.atMs).toFixed(1)} ${scoreY(sample.score, frame.heightPx).toFixed(1)}`);
    // A point alone would leave no mark.
    if (!isJoined) steps.push('h0.1');
    if (isJoined && before?.active) {
      const begin = x(before.atMs);
      const last = active.at(-1);
      if (last && Math.abs(last.x + last.width - begin) < 0.01) last.width = x(sample.atMs) - last.x;
      else active.push({ x: begin, width: x(sample.atMs) - begin });
    }
    before = sample;
  }
  return { line: steps.join(''), active };
}

export function scoreY(score: number, heightPx: number): number {
  return (1 - Math.min(1, Math.max(0, score))) * heightPx;
}

export interface CourseSummary {
  readonly newest: number;
  readonly newestMs: number;
  readonly lowest: number;
  readonly highest: number;
  /** Of the time of which scores are known, how much the rule held. */
  readonly activeShare: number;
}

/** What the picture says, for those who do not see it. Null without samples. */
export function summaryOf(samples: readonly ScoreSample[]): CourseSummary | null {
  const newest = samples.at(-1);
  if (!newest) return null;
  let [lowest, highest, knownMs, activeMs] = [newest.score, newest.score, 0, 0];
  let before: ScoreSample | undefined;
  for (const sample of samples) {
    lowest = Math.min(lowest, sample.score);
    highest = Math.max(highest, sample.score);
    const lengthMs = before && sample.isJoined ? sample.atMs - before.atMs : 0;
    knownMs += lengthMs;
    if (before?.active) activeMs += lengthMs;
    before = sample;
  }
  return { newest: newest.score, newestMs: newest.atMs, lowest, highest, activeShare: knownMs > 0 ? activeMs / knownMs : Number(newest.active) };
}
