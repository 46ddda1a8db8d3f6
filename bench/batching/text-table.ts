import type { Row } from './comparison.ts';

export const TEXT_HEAD: string = `${'scenario curve load policy'.padEnd(38)}thrput  missed   bound unforeseen  p50    p99    max  batch  share   busy   held  drops`;

/** One row for a terminal. */
export function textLine(row: Row): string {
  const drops = Object.entries(row.drops)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
  const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(2)}%`);
  return [
    `${row.scenario} ${row.curve} ${row.load} ${row.policy}`.padEnd(36),
    row.throughput.toFixed(3).padStart(8),
    percent(row.missedShare).padStart(8),
    percent(row.boundShare).padStart(8),
    percent(row.unforeseenShare).padStart(9),
    row.p50Ms.toFixed(0).padStart(7),
    row.p99Ms.toFixed(0).padStart(7),
    row.maxMs.toFixed(0).padStart(7),
    row.meanBatch.toFixed(2).padStart(7),
    row.lowestShare.toFixed(2).padStart(7),
    row.engineBusy.toFixed(2).padStart(7),
    String(row.mostHeld).padStart(7),
    `  ${drops}`,
  ].join('');
}
