import type { Batch, BatchExecutor, BatchTiming } from '../../src/batching/batch.ts';

/** An executor on strings: batches come back when the test says so, in the order in which they were handed over. */
export class PuppetExecutor implements BatchExecutor {
  readonly batches: Batch[] = [];
  readonly #open: Array<PromiseWithResolve> = [];

  execute(batch: Batch): Promise<BatchTiming | 'failed'> {
    this.batches.push(batch);
    return new Promise((resolve, reject) => this.#open.push({ resolve, reject }));
  }

  get inFlight(): number {
    return this.#open.length;
  }

  get last(): Batch | undefined {
    return this.batches.at(-1);
  }

  async complete(timing: BatchTiming | 'failed' = { preprocessMs: 1, inferenceMs: 10 }): Promise<void> {
    this.#open.shift()?.resolve(timing);
    await settled();
  }

  async reject(): Promise<void> {
    this.#open.shift()?.reject(new Error('an executor must not reject'));
    await settled();
  }
}

interface PromiseWithResolve {
  resolve(timing: BatchTiming | 'failed'): void;
  reject(error: Error): void;
}

/** Resolves when everything that could happen without time passing has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
