import type { LabelEvent } from '../events/label-event.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';

export interface OutboxReaderOptions {
  readonly outbox: Pick<Outbox, 'page'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** There is something to take again. */
  readonly ready: () => void;
}

/** A message whose turn it is. */
export interface WaitingMessage {
  readonly event: LabelEvent;
  /** See OutboxEntry. */
  readonly startUntold: boolean;
  /** When its deciding frame came, on the monotonic clock, ms: a wall clock that is set makes nothing old. */
  readonly bornMono: number;
}

/** Messages in memory; what does not fit waits on disk. Some 1 MB. */
const MOST_IN_MEMORY = 512;
const PAGE = 256;
/** After a page that could not be read. */
const PAUSE_MS = 1_000;

/**
 * The outbox as a stream, in the order of the sequence: from disk as long as the broker is behind, from memory when it keeps up. A message is handed out once, and
 * again after `rewind`. Memory is bounded however long the broker is away. One timer, owned here.
 */
export class OutboxReader {
  readonly #options: OutboxReaderOptions;
  #waiting: WaitingMessage[] = [];
  /** Handed out and not settled, by sequence, in the order of sending. */
  readonly #inFlight = new Map<number, WaitingMessage>();
  /** The highest sequence that came into memory. */
  #read = 0;
  #offered = 0;
  /** Events whose start was given up as expired, until their end came by. */
  readonly #untold = new Set<string>();
  /** Messages behind `#read` may be on disk only. */
  #behind = true;
  #loading = false;
  #pause: Timer | null = null;
  #closed = false;

  constructor(options: OutboxReaderOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** All that was offered has been handed out and settled. */
  get isEmpty(): boolean {
    return !this.#behind && this.#waiting.length === 0 && this.#inFlight.size === 0;
  }

  /** Was just committed, with its row in the outbox. */
  offer(event: LabelEvent): void {
    this.#offered = Math.max(this.#offered, event.sequence);
    // A page that was read meanwhile may have it.
    if (event.sequence <= this.#read) return;
    // Only what follows without a gap: so no message is passed over, in whatever order they are offered.
    if (this.#behind || event.sequence !== this.#read + 1 || this.#waiting.length >= MOST_IN_MEMORY) this.#behind = true;
    else this.#keep(event, false);
  }

  /** The next one, in flight from now on; undefined when none is in memory: `ready` is called when more has been read. */
  take(): WaitingMessage | undefined {
    if (this.#behind && this.#waiting.length <= MOST_IN_MEMORY - PAGE) void this.#load();
    const next = this.#waiting.shift();
    if (!next) return undefined;
    const { sequence, id } = next.event;
    this.#inFlight.set(sequence, next);
    return this.#untold.has(id) ? { ...next, startUntold: true } : next;
  }

  /** It needs not be handed out again. */
  settle({ sequence, id, type }: LabelEvent): void {
    this.#inFlight.delete(sequence);
    if (type === 'end') this.#untold.delete(id);
  }

  /** It is too old to be told, and so is what follows of its event. */
  expire(event: LabelEvent): void {
    this.settle(event);
    if (event.type === 'start') this.#untold.add(event.id);
  }

  /** The connection is gone: nobody knows what of the flight arrived. It comes again, first. */
  rewind(): void {
    this.#waiting = [...[...this.#inFlight.values()].sort((a, b) => a.event.sequence - b.event.sequence), ...this.#waiting];
    this.#inFlight.clear();
  }

  close(): void {
    this.#closed = true;
    this.#pause?.cancel();
  }

  async #load(): Promise<void> {
    if (this.#loading || this.#pause !== null || this.#closed) return;
    const { outbox, logger, ready } = this.#options;
    this.#loading = true;
    try {
      const offered = this.#offered;
      const page = await outbox.page(this.#read, PAGE);
      for (const { event, startUntold } of page) this.#keep(event, startUntold);
      if (page.length < PAGE) {
        // What had been offered is in the page, or is gone with a history that was set aside; what was offered since may not be.
        this.#read = Math.max(this.#read, offered);
        this.#behind = this.#offered > this.#read;
      }
    } catch (error) {
      logger.warn({ error: messageOf(error) }, 'what waits for the MQTT broker cannot be read now; it is tried again');
      this.#rest();
    } finally {
      this.#loading = false;
    }
    ready();
  }

  #rest(): void {
    if (this.#closed) return;
    this.#pause = this.#options.clock.setTimer(PAUSE_MS, () => {
      this.#pause = null;
      this.#options.ready();
    });
  }

  #keep(event: LabelEvent, startUntold: boolean): void {
    const { clock } = this.#options;
    const ageMs = Math.max(0, clock.wallMs() - Date.parse(event.at));
    this.#waiting.push({ event, startUntold, bornMono: clock.monotonicMs() - ageMs });
    this.#read = event.sequence;
  }
}
