export interface Demand {
  readonly frames: number;
  readonly weight: number;
}

/** Weighted max-min shares of `capacity` (frames): nobody gets more than asked, what is left is shared by weight. */
export function fairShares(demands: readonly Demand[], capacity: number): number[] {
  const shares = demands.map(() => 0);
  let open = demands.map((_, index) => index);
  let left = capacity;
  while (open.length > 0) {
    const perWeight = left / open.reduce((sum, index) => sum + (demands[index]?.weight ?? 0), 0);
    const content = open.filter((index) => (demands[index]?.frames ?? 0) <= perWeight * (demands[index]?.weight ?? 0));
    for (const index of content.length > 0 ? content : open) {
      const share = content.length > 0 ? (demands[index]?.frames ?? 0) : perWeight * (demands[index]?.weight ?? 0);
      shares[index] = share;
      left -= share;
    }
    open = content.length > 0 ? open.filter((index) => !content.includes(index)) : [];
  }
  return shares;
}
