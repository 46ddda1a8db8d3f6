/**
 * Time enters the program here and nowhere else. Decisions use `monotonicMs` (never jumps); `wallMs` is for
 * what people and other programs read.
 */
export interface Clock {
  /** Milliseconds on a clock that never jumps, with sub-millisecond digits. Its zero means nothing. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch, as the machine's clock says now. */
  wallMs(): number;
  /** Calls `fire` once after `delayMs` (≤ 0: on the next turn). */
  setTimer(delayMs: number, fire: () => void): Timer;
}

export interface Timer {
  /** Idempotent; harmless after the timer fired. */
  cancel(): void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer(delayMs, fire) {
    const handle = setTimeout(fire, Math.max(0, delayMs));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves `true` after `delayMs`, or `false` at once when `signal` aborts. Never rejects. */
export function delay(clock: Clock, delayMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = () => {
      timer.cancel();
      resolve(false);
    };
    const timer = clock.setTimer(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The wall-clock time of a past monotonic moment, by today's relation of the two clocks. */
export function wallAt(clock: Clock, monotonicMs: number): number {
  return clock.wallMs() - (clock.monotonicMs() - monotonicMs);
}

/** ISO 8601 UTC with milliseconds: the form of every time that leaves the program. */
export function isoTime(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
