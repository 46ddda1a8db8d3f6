import { type Signal, signal } from '@preact/signals';

/** Moves each half second while the page is seen: what shows an age or a countdown reads it. `performance.now()`. */
export const tick: Signal<number> = signal(performance.now());

const EVERY_MS = 500;

/** Returns what stops it. */
export function startTicker(): () => void {
  const timer = setInterval(() => {
    if (!document.hidden) tick.value = performance.now();
  }, EVERY_MS);
  return () => clearInterval(timer);
}
