/** Exponential backoff with full jitter: a random part of a limit that doubles. Keeps a crowd of cameras that failed together from coming back together. */
export const FIRST_LIMIT_MS = 1000;
export const LONGEST_LIMIT_MS = 60_000;
/** A run that delivered for this long has proved itself: the next failure starts from the beginning. */
export const HEALTHY_AFTER_MS = 60_000;

const FIRST_AUTH_WAIT_MS = 60_000;
const LONGEST_AUTH_WAIT_MS = 300_000;

/** How long to wait before try `failures` + 1, ms. `failures` ≥ 1: those in a row; `random` is uniform in [0, 1). */
export function backoffMs(failures: number, random: number): number {
  return random * Math.min(LONGEST_LIMIT_MS, FIRST_LIMIT_MS * 2 ** Math.min(failures - 1, 30));
}

/**
 * The wait after a refused login: long, because cameras lock accounts, and never shorter than the limit (at most 12 tries in 10 minutes
 * whatever the luck); a little jitter on top.
 */
export function authRetryMs(refusals: number, random: number): number {
  return Math.min(LONGEST_AUTH_WAIT_MS, FIRST_AUTH_WAIT_MS * 2 ** Math.min(refusals - 1, 30)) * (1 + random / 10);
}

/** The failures to count from, after a run that delivered frames over `healthyMs`. */
export function failuresAfter(failures: number, healthyMs: number): number {
  return healthyMs >= HEALTHY_AFTER_MS ? 1 : failures + 1;
}
