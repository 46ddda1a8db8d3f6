/** The parts of a verdict's time, in their order. `queue` is waiting: for the batch to form, and for the engine to be free. */
export const LEDGER_PARTS = ['decode', 'queue', 'preprocess', 'inference', 'decide'] as const;
export type LedgerPart = (typeof LEDGER_PARTS)[number];

export const PART_WORDS: Readonly<Record<LedgerPart, string>> = {
  decode: 'decoding',
  queue: 'waiting',
  preprocess: 'preparing',
  inference: 'network',
  decide: 'deciding',
};

/** Where each part lies on a bar whose whole is the longer of total and bound: shares, 0…1. */
export function ledgerShares(ledger: Readonly<Record<LedgerPart, number>> & { readonly total: number; readonly bound: number }): {
  readonly parts: readonly { readonly part: LedgerPart; readonly ms: number; readonly from: number; readonly share: number }[];
  readonly bound: number;
} {
  const whole = Math.max(ledger.total, ledger.bound, Number.MIN_VALUE);
  let from = 0;
  const parts = LEDGER_PARTS.map((part) => {
    const [ms, share] = [ledger[part], ledger[part] / whole];
    from += share;
    return { part, ms, share, from: from - share };
  });
  return { parts, bound: ledger.bound / whole };
}
