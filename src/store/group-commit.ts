import { type Clock, delay } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';

/** Items a transaction. */
export const MAX_COMMIT_ITEMS = 1_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

export interface GroupCommitOptions<T, R> {
  readonly clock: Clock;
  /** One result an item. After a failure that may heal it is called again with the very same array. */
  readonly commit: (items: readonly T[]) => Promise<readonly R[]>;
  /** Whether what failed may succeed later, unchanged. */
  readonly heals: (error: unknown) => boolean;
}

interface Waiting<T, R> {
  readonly items: readonly T[];
  readonly resolve: (results: readonly R[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits what comes while a commit is on its way together in the next one: under load an fsync is shared by many, without load nobody
 * waits for company. Order is kept. A failure that may heal is waited out, with growing pauses; meanwhile everything waits behind it.
 * How much may wait is the caller's decision, by `waiting`.
 */
export class GroupCommit<T, R> {
  readonly #options: GroupCommitOptions<T, R>;
  readonly #queue: Waiting<T, R>[] = [];
  readonly #closing = new AbortController();
  /** Taken from the queue, not settled yet. */
  #group: readonly Waiting<T, R>[] = [];
  #waiting = 0;
  #running: Promise<void> | null = null;

  constructor(options: GroupCommitOptions<T, R>) {
    this.#options = options;
  }

  /** Items added and not committed yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves with one result an item. Throws what the commit throws and cannot heal; FramewatchError STORE_UNAVAILABLE on close. */
  add(items: readonly T[]): Promise<readonly R[]> {
    if (items.length === 0) return Promise.resolve([]);
    if (this.#closing.signal.aborted) return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'The history is closed.'));
    this.#waiting += items.length;
    return new Promise((resolve, reject) => {
      this.#queue.push({ items, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Commits what waits, if the disk lets it within `limitMs`; the rest is refused. Idempotent. */
  async close(limitMs: number): Promise<void> {
    this.#closing.abort();
    const settled = new AbortController();
    await Promise.race([this.#running, delay(this.#options.clock, limitMs, settled.signal)]);
    settled.abort();
    this.#refuseAll(new FramewatchError('STORE_UNAVAILABLE', `The program ended before the disk took ${this.#waiting} messages.`));
  }

  async #run(): Promise<void> {
    for (this.#group = this.#take(); this.#group.length > 0; this.#group = this.#take()) await this.#commit(this.#group);
    this.#running = null;
  }

  async #commit(group: readonly Waiting<T, R>[]): Promise<void> {
    const { clock, commit, heals } = this.#options;
    const items = group.flatMap((each) => each.items);
    for (let failures = 0; ; failures++) {
      try {
        this.#deliver(group, await commit(items));
        return;
      } catch (error) {
        if (!heals(error)) {
          await this.#refuse(group, error);
          return;
        }
        if (this.#closing.signal.aborted) {
          this.#refuseAll(error);
          return;
        }
        await delay(clock, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), this.#closing.signal);
      }
    }
  }

  #deliver(group: readonly Waiting<T, R>[], results: readonly R[]): void {
    let from = 0;
    for (const { items, resolve } of group) {
      resolve(results.slice(from, from + items.length));
      from += items.length;
    }
    // An answer that comes after everything was refused changes nothing any more.
    this.#waiting = Math.max(0, this.#waiting - from);
  }

  /** One bad item must not cost its company: they are tried alone. */
  async #refuse(group: readonly Waiting<T, R>[], error: unknown): Promise<void> {
    const [first, ...others] = group;
    if (first && others.length === 0) {
      this.#waiting = Math.max(0, this.#waiting - first.items.length);
      first.reject(error);
      return;
    }
    for (const each of group) if (this.#group.length > 0) await this.#commit([each]);
  }

  #refuseAll(error: unknown): void {
    // To reject what was settled before does nothing.
    for (const { reject } of [...this.#group, ...this.#queue.splice(0)]) reject(error);
    this.#group = [];
    this.#waiting = 0;
  }

  #take(): readonly Waiting<T, R>[] {
    const group: Waiting<T, R>[] = [];
    let size = 0;
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      if (group.length > 0 && size + next.items.length > MAX_COMMIT_ITEMS) break;
      this.#queue.shift();
      group.push(next);
      size += next.items.length;
    }
    return group;
  }
}
