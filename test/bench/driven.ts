import type { VirtualClock } from '../helpers/virtual-clock.ts';

/** Lets virtual time run until `work` has settled. */
export async function driven<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const done = work.finally(() => {
    state.isDone = true;
  });
  done.catch(() => undefined);
  for (let turns = 0; !state.isDone && turns < 100_000; turns += 1) {
    const { nextTimerAt } = clock;
    await clock.advance(Number.isFinite(nextTimerAt) ? Math.max(0, nextTimerAt - clock.monotonicMs()) : 0);
  }
  return done;
}
