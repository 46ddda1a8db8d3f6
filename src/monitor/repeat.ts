import type { Clock, Timer } from '../util/clock.ts';

/** Calls `work` every `periodMs`, first after one period, until the function that it gives is called. `work` must not throw. */
export function repeat(clock: Clock, periodMs: number, work: () => unknown): () => void {
  let timer: Timer;
  const tick = () => {
    timer = clock.setTimer(periodMs, tick);
    work();
  };
  timer = clock.setTimer(periodMs, tick);
  return () => timer.cancel();
}
