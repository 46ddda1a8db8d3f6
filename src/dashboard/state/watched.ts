/** Cameras that something on the page shows: as often as they were added, they have to be released. */
export class Watched {
  readonly #counts = new Map<string, number>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  ids(): Iterable<string> {
    return this.#counts.keys();
  }

  /** Returns what releases it; calling that again does nothing. */
  add(id: string): () => void {
    const count = this.#counts.get(id) ?? 0;
    this.#counts.set(id, count + 1);
    if (count === 0) this.#onChange();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (this.#counts.get(id) ?? 1) - 1;
      if (left > 0) {
        this.#counts.set(id, left);
        return;
      }
      this.#counts.delete(id);
      this.#onChange();
    };
  }
}
