import { batch } from '@preact/signals';

/** A hidden page gets no animation frames, and its timers are slowed down: beyond this many changes it does not wait for either. */
const MOST_WAITING = 1_000;
const HIDDEN_MS = 1_000;

/** Collects changes and makes them together before the next frame is drawn. Of changes with the same key only the newest is made. */
export class FrameBatch {
  readonly #changes = new Map<string, () => void>();
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  add(key: string, change: () => void): void {
    // Anew at the end: changes are made in the order in which they came.
    this.#changes.delete(key);
    this.#changes.set(key, change);
    if (this.#changes.size >= MOST_WAITING) this.flush();
    else if (document.hidden) this.#timer ??= setTimeout(() => this.flush(), HIDDEN_MS);
    else if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.flush());
  }

  flush(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = 0;
    this.#timer = undefined;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    batch(() => {
      for (const change of changes) change();
    });
  }
}
