import type { DeadLetters, Outbox, OutboxEntry, Settlement } from './outbox.ts';
import { parsedEntry } from './outbox-table.ts';
import type { StoreThread } from './store-thread.ts';

/** The outbox in the history's database. */
export class SqliteOutbox implements Outbox {
  readonly #thread: Pick<StoreThread, 'call' | 'facts'>;
  #outgrown = 0;

  constructor(thread: Pick<StoreThread, 'call' | 'facts'>) {
    this.#thread = thread;
  }

  get depth(): number {
    return this.#thread.facts.outbox.depth;
  }

  get oldestMs(): number | null {
    return this.#thread.facts.outbox.oldestMs;
  }

  get outgrown(): number {
    return this.#outgrown;
  }

  /** Retention removed so many before the broker took them. */
  outgrew(messages: number): void {
    this.#outgrown += messages;
  }

  async page(after: number, limit: number): Promise<readonly OutboxEntry[]> {
    const { entries } = await this.#thread.call('outboxPage', { after, limit });
    return entries.map(parsedEntry);
  }

  async settle(settlement: Settlement): Promise<void> {
    await this.#thread.call('settleOutbox', settlement);
  }

  deadLetters(limit: number): Promise<DeadLetters> {
    return this.#thread.call('deadLetters', { limit });
  }

  /** MQTT is off: what waits becomes dead letters. Returns how many. */
  async abandon(detail: string, atMs: number): Promise<number> {
    if (this.depth === 0) return 0;
    return (await this.#thread.call('abandonOutbox', { detail, atMs })).abandoned;
  }
}
