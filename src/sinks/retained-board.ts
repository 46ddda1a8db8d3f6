import type { Clock, Timer } from '../util/clock.ts';

export interface RetainedMessage {
  readonly topic: string;
  /** Empty: the broker forgets the topic. */
  readonly payload: string | Uint8Array;
  readonly qos: 0 | 1;
  /** Called each time the broker has taken it, while it is still the newest of its topic. */
  readonly acknowledged?: () => void;
}

interface Slot {
  message: RetainedMessage;
  /** The newest content has not been handed over yet. */
  dirty: boolean;
  /** Not handed over before. */
  notBeforeMono: number;
  /** To be handed over again then, although nothing has changed; infinite: not at all. */
  repeatMono: number;
  readonly minIntervalMs: number;
}

/** After a message that could not be written: the broker shall have read something by then. */
const REPEAT_PAUSE_MS = 250;

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
    } else
      this.#slots.set(message.topic, {
        message,
        dirty: true,
        minIntervalMs,
        notBeforeMono: Number.NEGATIVE_INFINITY,
        repeatMono: Number.POSITIVE_INFINITY,
      });
  }

  /** The next message that may go now, then counted as handed over; undefined when none may (a timer is set when one has to wait). */
  take(): RetainedMessage | undefined {
    const now = this.#clock.monotonicMs();
    let waitMs = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots.values()) {
      const leftMs = (slot.dirty ? slot.notBeforeMono : slot.repeatMono) - now;
      if (leftMs > 0) {
        waitMs = Math.min(waitMs, leftMs);
        continue;
      }
      slot.dirty = false;
      slot.repeatMono = Number.POSITIVE_INFINITY;
      slot.notBeforeMono = now + slot.minIntervalMs;
      return slot.message;
    }
    this.#wakeIn(waitMs);
    return undefined;
  }

  /** It was handed over and could not be sent: it comes again after a pause, or what is newer instead. */
  putBack({ topic }: RetainedMessage): void {
    const slot = this.#slots.get(topic);
    if (!slot) return;
    slot.dirty = true;
    slot.notBeforeMono = Math.max(slot.notBeforeMono, this.#clock.monotonicMs() + REPEAT_PAUSE_MS);
  }

  /** The broker has it: a topic that it shall forget needs no place here any more. */
  settle(message: RetainedMessage): void {
    if (this.#slots.get(message.topic)?.message !== message) return;
    if (message.payload.length === 0) this.#slots.delete(message.topic);
    message.acknowledged?.();
  }

  /** Everything is to be handed over again, each at a moment of its own within `spreadMs`; what changes meanwhile does not wait for it. `random`: 0 ≤ x < 1. */
  repeatSpread(spreadMs: number, random: () => number): void {
    const now = this.#clock.monotonicMs();
    for (const slot of this.#slots.values()) slot.repeatMono = now + random() * spreadMs;
  }

  /** Everything is to be handed over again, at once. */
  repeatAll(): void {
    for (const slot of this.#slots.values()) {
      slot.dirty = true;
      slot.notBeforeMono = Number.NEGATIVE_INFINITY;
    }
  }

  /** What waits for its interval may go at once: there is no later. */
  hurry(): void {
    for (const slot of this.#slots.values()) slot.notBeforeMono = Number.NEGATIVE_INFINITY;
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
