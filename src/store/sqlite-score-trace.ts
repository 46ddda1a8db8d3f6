import type { TracedChunk } from '../events/score-trace.ts';
import { type Clock, delay, type Timer } from '../util/clock.ts';
import { hasCode, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { ScoreTraceStore } from './score-trace-store.ts';
import type { StoreThread } from './store-thread.ts';

export interface SqliteScoreTraceOptions {
  readonly thread: Pick<StoreThread, 'call'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** May wait for the disk: an hour of fifty cameras. */
export const MOST_WAITING_BYTES: number = 8 * 1024 * 1024;
/** Chunks a transaction: a hundred kilobytes, and appends have their turn. */
const MOST_AT_ONCE = 64;
/** After a write that failed. */
const PAUSE_MS = 5_000;

/** The score trace in the history's database: one write at a time, and again until it succeeds. One timer, owned here. */
export class SqliteScoreTrace implements ScoreTraceStore {
  readonly #options: SqliteScoreTraceOptions;
  readonly #waiting: TracedChunk[] = [];
  #waitingBytes = 0;
  #lostFrames = 0;
  /** So many, from the front of what waits, are in the write that is on its way. */
  #inFlight = 0;
  #writing: Promise<void> | null = null;
  #pause: Timer | null = null;
  #failing = false;
  #closed = false;

  constructor(options: SqliteScoreTraceOptions) {
    this.#options = options;
  }

  get lostFrames(): number {
    return this.#lostFrames;
  }

  record(parts: readonly TracedChunk[]): void {
    if (this.#closed) return;
    for (const part of parts) this.#add(part);
    while (this.#waitingBytes > MOST_WAITING_BYTES && this.#waiting.length > this.#inFlight) this.#giveUp(this.#inFlight);
    if (this.#pause === null) this.#writing ??= this.#write();
  }

  waitingOf(camera: string): readonly TracedChunk[] {
    return this.#waiting.filter(({ session }) => session.camera === camera);
  }

  /** Writes what waits, if the disk lets it within `limitMs`; takes nothing more. Idempotent. */
  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    if (this.#pause !== null) {
      this.#pause.cancel();
      this.#pause = null;
      this.#writing ??= this.#write();
    }
    const settled = new AbortController();
    await Promise.race([this.#writing, delay(this.#options.clock, limitMs, settled.signal)]);
    settled.abort();
  }

  #add(part: TracedChunk): void {
    this.#waitingBytes += part.chunk.bytes.length;
    const { session, chunk } = part;
    const place = this.#waiting.findLastIndex((other) => other.session.key === session.key && other.chunk.number === chunk.number);
    if (place < this.#inFlight) {
      this.#waiting.push(part);
      return;
    }
    // It waited in vain: it has grown meanwhile.
    this.#waitingBytes -= this.#waiting[place]?.chunk.bytes.length ?? 0;
    this.#waiting[place] = part;
  }

  /** Until nothing is left to write, or a write failed. Never rejects. */
  async #write(): Promise<void> {
    const { thread, clock, logger } = this.#options;
    while (this.#waiting.length > 0) {
      const parts = this.#waiting.slice(0, MOST_AT_ONCE);
      this.#inFlight = parts.length;
      try {
        await thread.call('recordScores', { parts });
        for (const _ of parts) this.#remove(0);
        if (this.#failing) logger.info({}, 'The score trace is written again');
        this.#failing = false;
      } catch (error) {
        this.#fail(error, parts.length);
        if (!this.#closed) {
          this.#pause = clock.setTimer(PAUSE_MS, () => {
            this.#pause = null;
            this.#writing ??= this.#write();
          });
        }
        break;
      } finally {
        this.#inFlight = 0;
      }
    }
    this.#writing = null;
  }

  #fail(error: unknown, parts: number): void {
    const { logger } = this.#options;
    // What is wrong in itself would be for ever.
    if (hasCode(error, 'INTERNAL')) {
      for (let left = parts; left > 0; left -= 1) this.#giveUp(0);
      logger.error({ err: error, lostFrames: this.#lostFrames }, 'Parts of the score trace cannot be written and are given up');
    } else if (!this.#failing) {
      logger.warn({ code: 'STORE_UNAVAILABLE' }, `The score trace cannot be written now; it waits in memory. ${messageOf(error)}`);
    }
    this.#failing = true;
  }

  #giveUp(place: number): void {
    const frames = this.#remove(place)?.chunk.frames ?? 0;
    if (this.#lostFrames === 0 && frames > 0)
      this.#options.logger.error({ code: 'STORE_UNAVAILABLE' }, 'Too much of the score trace waits for the disk: the oldest is given up');
    this.#lostFrames += frames;
  }

  #remove(place: number): TracedChunk | undefined {
    const [removed] = this.#waiting.splice(place, 1);
    this.#waitingBytes -= removed?.chunk.bytes.length ?? 0;
    return removed;
  }
}
