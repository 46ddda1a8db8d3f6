import type { Row } from './comparison.ts';

export const BEST_TIMER = 'best timer';

/** Rows of one world, all its fixed timers but the best left out: the one that missed least, chosen when all is over; of equals the one that is quicker. */
export function withBestTimer(rows: readonly Row[]): Row[] {
  const timers = rows.filter(isTimer).toSorted((a, b) => a.missed - b.missed || a.p50Ms - b.p50Ms);
  return rows.filter((row) => !isTimer(row) || row === timers[0]);
}

export function isTimer({ policy }: Row): boolean {
  return policy.startsWith('timeout ');
}

/** Rows by scenario, curve and load, in their order. */
export function worldsOf(rows: readonly Row[]): Row[][] {
  const worlds = new Map<string, Row[]>();
  for (const row of rows) {
    const key = `${row.scenario} ${row.curve} ${row.load}`;
    worlds.set(key, [...(worlds.get(key) ?? []), row]);
  }
  return [...worlds.values()];
}
