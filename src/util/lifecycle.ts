/** Something with an owner. `close` drains, is idempotent, and resolves when nothing of it is left. */
export interface Closable {
  close(): Promise<void>;
}

/**
 * Closes what was opened, newest first, each within `limitMs`; goes on after a failure.
 * Returns what went wrong, by name, so that the caller can log it.
 */
export class CloseStack {
  readonly #entries: { name: string; close: () => Promise<void> }[] = [];
  #closing: Promise<{ name: string; error: unknown }[]> | undefined;

  push(name: string, close: () => Promise<void>): void {
    this.#entries.push({ name, close });
  }

  close(limitMs: number): Promise<{ name: string; error: unknown }[]> {
    this.#closing ??= this.#run(limitMs);
    return this.#closing;
  }

  async #run(limitMs: number): Promise<{ name: string; error: unknown }[]> {
    const failures: { name: string; error: unknown }[] = [];
    for (let entry = this.#entries.pop(); entry; entry = this.#entries.pop()) {
      try {
        await withLimit(entry.close(), limitMs);
      } catch (error) {
        failures.push({ name: entry.name, error });
      }
    }
    return failures;
  }
}

async function withLimit(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not close within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
