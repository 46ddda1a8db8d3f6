/** Something with an owner. `close` drains, is idempotent, and resolves when nothing of it is left. */
export interface Closable {
  close(): Promise<void>;
}

export interface CloseLimits {
  /** For each part, ms. */
  readonly eachMs: number;
  /** For all together, ms: what is left of it shortens the limit of those that come last. */
  readonly totalMs: number;
}

export interface CloseFailure {
  readonly name: string;
  readonly error: unknown;
}

interface Part {
  readonly name: string;
  readonly close: () => Promise<void>;
}

/** Even the last part gets this long, when those before it took all the time, ms. */
const LEAST_MS = 100;

/**
 * Closes what was opened, newest first, within limits; goes on after a failure. Says what went wrong, by name, so that the caller can log it.
 * What is pushed when it has closed already is closed at once: a start that was broken off leaves nothing behind.
 */
export class CloseStack {
  readonly #limits: CloseLimits;
  readonly #parts: Part[] = [];
  #closing: Promise<readonly CloseFailure[]> | undefined;

  constructor(limits: CloseLimits) {
    this.#limits = limits;
  }

  push(name: string, close: () => Promise<void>): void {
    if (this.#closing) void closePart({ name, close }, this.#limits.eachMs);
    else this.#parts.push({ name, close });
  }

  /** Idempotent; never rejects. */
  close(): Promise<readonly CloseFailure[]> {
    this.#closing ??= this.#run();
    return this.#closing;
  }

  async #run(): Promise<readonly CloseFailure[]> {
    const failures: CloseFailure[] = [];
    const end = performance.now() + this.#limits.totalMs;
    for (let part = this.#parts.pop(); part; part = this.#parts.pop()) {
      const failure = await closePart(part, Math.min(this.#limits.eachMs, Math.max(LEAST_MS, end - performance.now())));
      if (failure) failures.push(failure);
    }
    return failures;
  }
}

async function closePart({ name, close }: Part, limitMs: number): Promise<CloseFailure | null> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not close within ${Math.round(limitMs)} ms`)), limitMs);
  });
  try {
    await Promise.race([close(), limit]);
    return null;
  } catch (error) {
    return { name, error };
  } finally {
    clearTimeout(timer);
  }
}
