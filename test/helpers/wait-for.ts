import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;
/** A sleep that takes so much longer says that this process could not run: what it waits for could not be seen either. */
const STANDSTILL_MS = 100;

/**
 * Resolves as soon as `condition` holds; fails, naming it, when that takes longer than `limitMs`. As in the program's own watchdogs, a time in which this
 * process stood still does not count.
 */
export async function waitFor(what: string, condition: () => boolean | Promise<boolean>, limitMs: number = 10_000): Promise<void> {
  let end = performance.now() + limitMs;
  while (!(await condition())) {
    const before = performance.now();
    if (before > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await sleep(POLL_MS);
    const late = performance.now() - before - POLL_MS;
    if (late > STANDSTILL_MS) end += late;
  }
}
