import type { Clock } from '../../src/util/clock.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A clock whose process can stand still: time passes, timers become due, nothing is called until it runs again. */
export interface SuspendableClock extends Clock {
  /** Time in which the process ran. */
  readonly ranMs: number;
  standStill(ms: number): void;
  run(ms: number): Promise<void>;
}

export function suspendable(): SuspendableClock {
  const own = new VirtualClock();
  let stoodStillMs = 0;
  return {
    get ranMs() {
      return own.monotonicMs();
    },
    monotonicMs: () => own.monotonicMs() + stoodStillMs,
    wallMs: () => own.wallMs() + stoodStillMs,
    setTimer: (delayMs, fire) => own.setTimer(delayMs, fire),
    standStill(ms) {
      stoodStillMs += ms;
    },
    run: (ms) => own.advance(ms),
  };
}
