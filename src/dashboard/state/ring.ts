/** Keeps the newest `capacity` items, oldest first. */
export class Ring<T> {
  readonly #capacity: number;
  readonly #items: T[] = [];
  #start = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#start] = item;
    this.#start = (this.#start + 1) % this.#capacity;
  }

  newest(): T | undefined {
    return this.#items[(this.#start + this.#items.length - 1) % this.#items.length];
  }

  clear(): void {
    this.#items.length = 0;
    this.#start = 0;
  }

  toArray(): T[] {
    return [...this.#items.slice(this.#start), ...this.#items.slice(0, this.#start)];
  }
}
