import type { Foreseeable } from '../../src/batching/policy.ts';
import type { ToldArrival } from './batcher.ts';

/** Farther than any policy looks ahead, ms. */
const FAR_MS = 1_000;

/** Frames that are known to come, each as a camera that is certain of its next frame and has no other. Asked at moments that never go back. */
export class ToldSlots {
  readonly #arrivals: readonly ToldArrival[];
  #next = 0;

  /** `arrivals` in the order of `offeredMs`. */
  constructor(arrivals: readonly ToldArrival[]) {
    this.#arrivals = arrivals;
  }

  *from(nowMono: number): Generator<Foreseeable> {
    while ((this.#arrivals[this.#next]?.offeredMs ?? Number.POSITIVE_INFINITY) <= nowMono) this.#next++;
    for (let index = this.#next; index < this.#arrivals.length; index++) {
      const arrival = this.#arrivals[index];
      if (arrival === undefined || arrival.offeredMs > nowMono + FAR_MS) return;
      const { offeredMs, roomMs } = arrival;
      const after = (mono: number) => (offeredMs > mono ? offeredMs : Number.POSITIVE_INFINITY);
      yield { ordinal: index, roomMs, rhythm: { errorMs: 0, periodMs: Number.POSITIVE_INFINITY, after } };
    }
  }
}
