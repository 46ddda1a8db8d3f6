/** What the broker's answer means for the next try. */
export type ConnectionLoss = 'refused' | 'unreachable';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A login that was refused stays wrong until a person changes something: at most one try a minute. */
const REFUSED_PAUSE_MS = 60_000;

/**
 * How long to wait before the next try, ms. Doubles from half a second to half a minute, jittered to between half and all of it, so
 * that many daemons do not return together. After a refusal: a minute to a minute and a half.
 * `failures`: tries in a row that failed, ≥ 1. `random`: 0 ≤ x < 1.
 */
export function reconnectPauseMs(loss: ConnectionLoss, failures: number, random: number): number {
  if (loss === 'refused') return REFUSED_PAUSE_MS * (1 + random / 2);
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(30, failures - 1));
  return (ceiling * (1 + random)) / 2;
}
