/** How far back scores are shown. */
export interface ScoreSpan {
  readonly ms: number;
  readonly short: string;
  readonly words: string;
  /** The stored scores are asked for again so often: live ones follow meanwhile, and a pixel of a longer span lasts longer. */
  readonly everyMs: number;
  readonly markMs: number;
  readonly markWords: (agoMs: number) => string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const minutesAgo = (ms: number) => `−${Math.round(ms / MINUTE_MS)} min`;
const hoursAgo = (ms: number) => `−${Math.round(ms / HOUR_MS)} h`;

export const SCORE_SPANS: readonly [ScoreSpan, ScoreSpan, ScoreSpan] = [
  { ms: 5 * MINUTE_MS, short: '5 min', words: '5 minutes', everyMs: 20_000, markMs: MINUTE_MS, markWords: minutesAgo },
  { ms: HOUR_MS, short: '1 h', words: 'hour', everyMs: 60_000, markMs: 10 * MINUTE_MS, markWords: minutesAgo },
  { ms: 24 * HOUR_MS, short: '24 h', words: '24 hours', everyMs: 5 * MINUTE_MS, markMs: 4 * HOUR_MS, markWords: hoursAgo },
];
