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

export interface LedgerShares {
  /** Where each part lies on a bar whose whole is the total: shares, 0…1. */
  readonly parts: readonly { readonly part: LedgerPart; readonly ms: number; readonly from: number; readonly share: number }[];
  /** Total and bound on a bar whose whole is the longer of them. */
  readonly total: number;
  readonly bound: number;
}

export function ledgerShares(ledger: Readonly<Record<LedgerPart, number>> & { readonly total: number; readonly bound: number }): LedgerShares {
  const total = Math.max(ledger.total, Number.MIN_VALUE);
  const longer = Math.max(total, ledger.bound);
  let from = 0;
  const parts = LEDGER_PARTS.map((part) => {
    const [ms, share] = [ledger[part], ledger[part] / total];
    from += share;
    return { part, ms, share, from: from - share };
  });
  return { parts, total: ledger.total / longer, bound: ledger.bound / longer };
}
