/** Pictures a second that a camera may be judged at; each a quarter to a half above the one before. */
const RATES: readonly number[] = [0.1, 0.15, 0.2, 0.33, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60];

/** The rates that a camera of `most` pictures a second can be judged at, ascending, `most` among them. */
export function rateLadder(most: number): readonly number[] {
  return [...RATES.filter((rate) => rate < most), most];
}

/** The rung (from 1) of the highest rate that is not above `rate`; 1 when all are. */
export function rungAt(ladder: readonly number[], rate: number): number {
  return Math.max(1, ladder.filter((rung) => rung <= rate).length);
}
