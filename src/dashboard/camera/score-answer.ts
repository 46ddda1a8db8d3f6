import { coverageInWords } from '../ui/words.ts';
import type { ScoreSample } from './score-course.ts';

/** `GET /api/cameras/:id/scores`, as far as it is used here. */
export interface ScoreAnswer {
  readonly since: string;
  readonly until: string;
  /** False: the daemon keeps no scores. */
  readonly kept: boolean;
  readonly rules: readonly StoredRule[];
}

export interface StoredRule {
  readonly rule: string;
  readonly region: string;
  readonly newest: { readonly at: string; readonly score: number } | null;
  readonly runs: readonly { readonly offsetsMs: readonly number[]; readonly scores: readonly number[] }[];
  readonly gaps: readonly { readonly since: string; readonly until: string; readonly reason: string; readonly coverage: string | null }[];
}

/** A time without scores. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly reason: string;
  /** Why, for people. */
  readonly words: string;
}

/** What the daemon had stored of one rule in one region when it was asked. */
export interface StoredLine {
  readonly samples: readonly ScoreSample[];
  readonly gaps: readonly Gap[];
  /** All frames up to this one are in it; null: there was none. */
  readonly newestMs: number | null;
}

/** Null: there was no such rule. `isActive`: whether the rule held at a time. */
export function storedLine({ since, rules }: ScoreAnswer, rule: string, region: string, isActive: (atMs: number) => boolean): StoredLine | null {
  const found = rules.find((one) => one.rule === rule && one.region === region);
  if (!found) return null;
  const sinceMs = Date.parse(since);
  return {
    samples: found.runs.flatMap(({ offsetsMs, scores }) =>
      offsetsMs.map((offsetMs, index) => {
        const atMs = sinceMs + offsetMs;
        return { atMs, score: scores[index] ?? 0, active: isActive(atMs), isJoined: index > 0 };
      }),
    ),
    gaps: found.gaps.map((gap) => ({
      ...{ fromMs: Date.parse(gap.since), toMs: Date.parse(gap.until), reason: gap.reason },
      words: gapWords(gap.reason, gap.coverage),
    })),
    newestMs: found.newest && Date.parse(found.newest.at),
  };
}

const WORDS: Readonly<Record<string, string>> = {
  notKept: 'watched, but the scores are not kept',
  notTraced: 'watched, but the labels of this rule were not kept then',
  interrupted: 'interrupted for a moment',
  unknown: 'nothing is known of this time',
};

function gapWords(reason: string, coverage: string | null): string {
  return reason === 'notWatched' ? coverageInWords({ state: 'blind', reason: coverage }) : (WORDS[reason] ?? reason);
}
