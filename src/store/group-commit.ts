import { FramewatchError } from '../util/errors.ts';

/** Items that wait for the disk; more are refused: memory stays bounded when the disk hangs. */
export const MAX_WAITING_ITEMS = 10_000;
/** Items a transaction. */
export const MAX_COMMIT_ITEMS = 1_000;

interface Waiting<T, R> {
  readonly items: readonly T[];
  readonly resolve: (results: readonly R[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits what comes while a commit is on its way together in the next one: under load an fsync is shared by many, without load nobody
 * waits for company. Order is kept. A failure fails everything of that commit.
 */
export class GroupCommit<T, R> {
  readonly #commit: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #waiting: Waiting<T, R>[] = [];
  #waitingItems = 0;
  #running: Promise<void> | null = null;

  constructor(commit: (items: readonly T[]) => Promise<readonly R[]>) {
    this.#commit = commit;
  }

  /** Resolves with one result an item. Throws what the commit throws; FramewatchError STORE_UNAVAILABLE when too much waits. */
  add(items: readonly T[]): Promise<readonly R[]> {
    if (items.length === 0) return Promise.resolve([]);
    if (this.#waitingItems + items.length > MAX_WAITING_ITEMS) {
      return Promise.reject(
        new FramewatchError('STORE_UNAVAILABLE', `The history is too slow: ${this.#waitingItems} events are waiting for the disk.`),
      );
    }
    this.#waitingItems += items.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let group = this.#take(); group.length > 0; group = this.#take()) {
      try {
        const results = await this.#commit(group.flatMap(({ items }) => items));
        let from = 0;
        for (const { items, resolve } of group) {
          resolve(results.slice(from, from + items.length));
          from += items.length;
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = null;
  }

  #take(): readonly Waiting<T, R>[] {
    const group: Waiting<T, R>[] = [];
    let size = 0;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      if (group.length > 0 && size + next.items.length > MAX_COMMIT_ITEMS) break;
      this.#waiting.shift();
      group.push(next);
      size += next.items.length;
    }
    this.#waitingItems -= size;
    return group;
  }
}
