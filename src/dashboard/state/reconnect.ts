const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** Before the try of this number (from 0), ms: doubled each time, up to half of it taken off at random, so that not all pages come at once. `random`: 0…1. */
export function reconnectDelayMs(attempt: number, random: number): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(attempt, 16), LONGEST_MS);
  return Math.round(full * (1 - random / 2));
}
