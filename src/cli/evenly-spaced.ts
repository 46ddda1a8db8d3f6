/** Keeps at most `most` of what is added, evenly spaced, without knowing how many come: when it is full, every other one goes, and from then on every other one is taken. */
export class EvenlySpaced<Item> {
  readonly #most: number;
  #kept: Item[] = [];
  #stride = 1;
  #seen = 0;

  /** `most` ≥ 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the next one is to be added; one that is not is passed by `skip`. */
  get isWanted(): boolean {
    return this.#seen % this.#stride === 0;
  }

  skip(): void {
    this.#seen += 1;
  }

  add(item: Item): void {
    this.#kept.push(item);
    this.#seen += 1;
    if (this.#kept.length <= this.#most) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }

  get items(): readonly Item[] {
    return this.#kept;
  }
}
