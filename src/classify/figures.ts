/** 12345 → `12,345`. */
export function counted(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** `82.1 %`; what is there is never shown as nothing. */
export function percent(share: number): string {
  return share > 0 && share < 0.001 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}
