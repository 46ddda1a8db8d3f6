/** What the charts of this page show: so many minutes, a point each so many ms, the newest on the right. */
export const MINUTES = 5;
export const EVERY_MS = 5_000;
export const COLUMNS: number = (MINUTES * 60_000) / EVERY_MS;
/** For the numbers on the right. */
export const MARGIN_PX = 52;

/** The end of the column that a time falls in. */
export function columnEndMs(atMs: number): number {
  return (Math.floor(atMs / EVERY_MS) + 1) * EVERY_MS;
}

/** Where a column begins, px, when the newest ends at `chartPx`. */
export function columnX(endMs: number, newestEndMs: number, chartPx: number): number {
  return chartPx - ((newestEndMs - endMs) / EVERY_MS + 1) * (chartPx / COLUMNS);
}
