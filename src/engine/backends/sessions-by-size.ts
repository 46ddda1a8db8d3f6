/** What a runtime opens a model as. */
export interface Releasable {
  release(): Promise<void>;
}

/** A session for each batch size, opened when that size comes for the first time and kept until `release`. */
export class SessionsBySize<Session extends Releasable> {
  readonly #open: () => Promise<Session>;
  readonly #bySize = new Map<number, Promise<Session>>();
  /** Open already, for whichever size comes first. */
  #spare: Session | undefined;

  /** Takes ownership of `first`. */
  constructor(open: () => Promise<Session>, first: Session) {
    this.#open = open;
    this.#spare = first;
  }

  /** Throws what opening throws; the next call tries again. */
  async of(size: number): Promise<Session> {
    const opening = this.#bySize.get(size) ?? this.#take();
    this.#bySize.set(size, opening);
    try {
      return await opening;
    } catch (error) {
      this.#bySize.delete(size);
      throw error;
    }
  }

  /** Releases all of them; none may be running. Throws what the first failing release throws, when all have been tried. */
  async release(): Promise<void> {
    const opened = [this.#spare ? Promise.resolve(this.#spare) : null, ...this.#bySize.values()].filter((session) => session !== null);
    this.#spare = undefined;
    this.#bySize.clear();
    const outcomes = await Promise.allSettled(opened.map(async (session) => (await session).release()));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #take(): Promise<Session> {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare === undefined ? this.#open() : Promise.resolve(spare);
  }
}
