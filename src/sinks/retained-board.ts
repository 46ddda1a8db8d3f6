import type { Clock, Timer } from '../util/clock.ts';

export interface RetainedMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos: 0 | 1;
}

interface Slot {
  message: RetainedMessage;
  /** The newest content has not been handed over yet. */
  dirty: boolean;
  readonly minIntervalMs: number;
  sentMono: number;
}

/**
 * What every retained topic should say, the newest only. Each content is handed over once, and again after a reconnect: the broker may
 * have lost it. A topic with an interval is handed over at most so often; the newest content is never lost, it only waits.
 * One timer, owned here.
 */
export class RetainedBoard {
  readonly #clock: Clock;
  readonly #due: () => void;
  readonly #slots = new Map<string, Slot>();
  #timer: Timer | null = null;

  /** `due` is called when something that had to wait may go. */
  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  set(message: RetainedMessage, minIntervalMs: number = 0): void {
    const slot = this.#slots.get(message.topic);
    if (slot) {
      slot.message = message;
      slot.dirty = true;
    } else this.#slots.set(message.topic, { message, dirty: true, minIntervalMs, sentMono: Number.NEGATIVE_INFINITY });
  }

  /** The next message that may go now, then counted as handed over; undefined when none may (a timer is set when one has to wait). */
  take(): RetainedMessage | undefined {
    const now = this.#clock.monotonicMs();
    let waitMs = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots.values()) {
      if (!slot.dirty) continue;
      const leftMs = slot.sentMono + slot.minIntervalMs - now;
      if (leftMs > 0) {
        waitMs = Math.min(waitMs, leftMs);
        continue;
      }
      slot.dirty = false;
      slot.sentMono = now;
      return slot.message;
    }
    this.#wakeIn(waitMs);
    return undefined;
  }

  /** Everything is to be handed over again, at once. */
  repeatAll(): void {
    for (const slot of this.#slots.values()) {
      slot.dirty = true;
      slot.sentMono = Number.NEGATIVE_INFINITY;
    }
  }

  /** What waits for its interval may go at once: there is no later. */
  hurry(): void {
    for (const slot of this.#slots.values()) slot.sentMono = Number.NEGATIVE_INFINITY;
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wakeIn(waitMs: number): void {
    this.#timer?.cancel();
    this.#timer = Number.isFinite(waitMs) ? this.#clock.setTimer(waitMs, this.#due) : null;
  }
}
