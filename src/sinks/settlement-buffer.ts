import type { LabelEvent } from '../events/label-event.ts';
import type { DeadLetter, DeadLetterReason, Outbox } from '../store/outbox.ts';
import { type Clock, delay, type Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';

export interface SettlementBufferOptions {
  readonly outbox: Pick<Outbox, 'settle'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** There is room again. */
  readonly roomAgain: () => void;
}

/** So long acknowledgements are gathered for one transaction, ms. */
const GATHER_MS = 50;
const MOST_AT_ONCE = 1_000;
/** More than this unwritten: nothing more is sent until the disk has taken some; after a crash all of it would come twice. */
const MOST_UNWRITTEN = 5_000;
const PAUSE_MS = 1_000;

/** What the broker has acknowledged, on its way out of the outbox: a transaction for many. What cannot be written is tried until it can. One timer, owned here. */
export class SettlementBuffer {
  readonly #options: SettlementBufferOptions;
  #delivered: number[] = [];
  #dead: DeadLetter[] = [];
  #timer: Timer | null = null;
  #writing: Promise<void> | null = null;
  #failing = false;
  #closed = false;

  constructor(options: SettlementBufferOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#delivered.length + this.#dead.length < MOST_UNWRITTEN;
  }

  delivered(sequence: number): void {
    this.#delivered.push(sequence);
    this.#writeIn(GATHER_MS);
  }

  dead({ sequence, id, type, camera }: LabelEvent, topic: string, reason: DeadLetterReason, detail: string): void {
    this.#dead.push({ sequence, eventId: id, type, camera, topic, reason, detail, atMs: this.#options.clock.wallMs() });
    this.#writeIn(GATHER_MS);
  }

  /** Writes what is there, if the disk lets it within `limitMs`; what it does not take is sent again after the next start. Idempotent. */
  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    const over = new AbortController();
    await Promise.race([this.#writeAll(), delay(this.#options.clock, limitMs, over.signal)]);
    over.abort();
  }

  async #writeAll(): Promise<void> {
    await this.#writing;
    await this.#write();
  }

  #writeIn(ms: number): void {
    if (this.#closed || this.#timer !== null || this.#writing !== null) return;
    this.#timer = this.#options.clock.setTimer(ms, () => {
      this.#timer = null;
      this.#writing = this.#write().finally(() => {
        this.#writing = null;
        if (this.#delivered.length + this.#dead.length > 0) this.#writeIn(this.#failing ? PAUSE_MS : GATHER_MS);
      });
    });
  }

  /** Until nothing is left, or a write failed. Never rejects. */
  async #write(): Promise<void> {
    const { outbox, logger, roomAgain } = this.#options;
    while (this.#delivered.length + this.#dead.length > 0) {
      const wasFull = !this.hasRoom;
      const [delivered, dead] = [this.#delivered.splice(0, MOST_AT_ONCE), this.#dead.splice(0, MOST_AT_ONCE)];
      try {
        await outbox.settle({ delivered, dead });
        if (this.#failing) logger.info({}, 'what the MQTT broker acknowledged is written again');
        this.#failing = false;
        if (wasFull) roomAgain();
      } catch (error) {
        this.#delivered = [...delivered, ...this.#delivered];
        this.#dead = [...dead, ...this.#dead];
        if (!this.#failing) logger.warn({ error: messageOf(error) }, 'what the MQTT broker acknowledged cannot be written now; it is tried again');
        this.#failing = true;
        return;
      }
    }
  }
}
