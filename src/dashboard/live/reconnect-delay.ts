const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** How long to wait before connecting again, ms, after `failures` in a row (≥ 1); `random` in [0, 1) spreads the pages of a server that comes back. */
export function reconnectDelayMs(failures: number, random: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10)) * (0.5 + random / 2);
}
