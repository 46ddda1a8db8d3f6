import type { Clock, Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';

export interface WriteHealthOptions {
  readonly clock: Clock;
  /** Writes about as much as an event takes. */
  readonly probe: () => Promise<unknown>;
  /** A fault began, or (null) ended. */
  readonly changed: (fault: string | null) => void;
}

/** Without a write for so long a probe writes. */
const SOUND_PERIOD_MS = 60_000;
/** So a disk that has room again is seen, also when no event comes. */
const FAULTY_PERIOD_MS = 10_000;
/** A write that takes longer is a fault, though it may succeed in the end. */
const HUNG_MS = 10_000;

/** Whether the history can be written: what the newest write told; where there was none for a while, a probe. One timer for it, owned here. */
export class WriteHealth {
  readonly #options: WriteHealthOptions;
  #fault: string | null = null;
  #timer: Timer | null = null;
  #writes = 0;
  #closed = false;

  constructor(options: WriteHealthOptions) {
    this.#options = options;
  }

  /** What is wrong now, a sentence; null when the newest write succeeded. */
  get fault(): string | null {
    return this.#fault;
  }

  start(): void {
    this.#await();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  /** Learns from a write; its result or error comes out as it is. */
  async observe<T>(write: () => Promise<T>): Promise<T> {
    this.#timer?.cancel();
    this.#writes += 1;
    const hung = this.#options.clock.setTimer(HUNG_MS, () => this.#set(`A write has been waiting for the disk for more than ${HUNG_MS / 1000} s.`));
    try {
      const result = await write();
      this.#set(null);
      return result;
    } catch (error) {
      this.#set(messageOf(error));
      throw error;
    } finally {
      hung.cancel();
      this.#writes -= 1;
      this.#await();
    }
  }

  #set(fault: string | null): void {
    const before = this.#fault;
    this.#fault = fault;
    if ((before === null) !== (fault === null)) this.#options.changed(fault);
  }

  #await(): void {
    this.#timer?.cancel();
    if (this.#closed || this.#writes > 0) return;
    const periodMs = this.#fault === null ? SOUND_PERIOD_MS : FAULTY_PERIOD_MS;
    // What the probe found out is kept by `observe`.
    this.#timer = this.#options.clock.setTimer(periodMs, () => void this.observe(this.#options.probe).catch(() => undefined));
  }
}
