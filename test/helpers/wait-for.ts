import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves as soon as `condition` holds; fails, naming it, when that takes longer than `limitMs`. */
export async function waitFor(what: string, condition: () => boolean | Promise<boolean>, limitMs: number = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await sleep(10);
  }
}
