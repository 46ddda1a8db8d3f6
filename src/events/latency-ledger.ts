import type { LatencyLedger } from './label-event.ts';

/**
 * Books the time from the caller's last measurement to `nowMono` as deciding. `ledger` is complete up to the hand-over: its `total`
 * reaches from `receivedMono` to there. Both clocks monotonic, ms; afterwards the parts still add up to `total`.
 */
export function bookDecision(ledger: LatencyLedger, receivedMono: number, nowMono: number): LatencyLedger {
  const deciding = Math.max(0, nowMono - receivedMono - ledger.total);
  return { ...ledger, decide: ledger.decide + deciding, total: ledger.total + deciding };
}

/** For people: microseconds are enough. The total is the sum of the rounded parts, so that it adds up to the last digit. */
export function roundLedger(ledger: LatencyLedger): LatencyLedger {
  const parts = {
    decode: round(ledger.decode),
    queue: round(ledger.queue),
    preprocess: round(ledger.preprocess),
    inference: round(ledger.inference),
    decide: round(ledger.decide),
  };
  const total = round(parts.decode + parts.queue + parts.preprocess + parts.inference + parts.decide);
  return { total, ...parts, bound: ledger.bound, feasible: ledger.feasible };
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
