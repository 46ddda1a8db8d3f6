import type { Clock, Timer } from '../../util/clock.ts';

const TICK_MS = 500;

/**
 * Calls `fire` once this process itself has run for `limitMs`, about. Time in which it stood still (SIGSTOP, a paused virtual machine) does not
 * count: when the timers fire again, what came meanwhile is still unread, and a limit that looked at the clock alone would condemn a healthy child.
 * So the limit is counted in short ticks, each for what it was meant to last, and a last tick that comes late is repeated once: what is there to be
 * read is read in between.
 */
export function afterOwnTime(clock: Clock, limitMs: number, fire: () => void): Timer {
  let leftMs = limitMs;
  let timer: Timer;
  const arm = (stepMs: number, repeated: boolean) => {
    const startMono = clock.monotonicMs();
    timer = clock.setTimer(stepMs, () => {
      const late = clock.monotonicMs() - startMono > stepMs + TICK_MS;
      if (!repeated) leftMs -= stepMs;
      if (leftMs > 0) arm(Math.min(TICK_MS, leftMs), false);
      else if (late && !repeated) arm(TICK_MS, true);
      else fire();
    });
  };
  arm(Math.min(TICK_MS, leftMs), false);
  return { cancel: () => timer.cancel() };
}
