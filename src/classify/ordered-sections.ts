/** Text that waits for its turn at most, over all sections. */
const MOST_WAITING_CHARACTERS = 32 * 1024 * 1024;

/**
 * Files are judged side by side but written one after the other: what belongs to the first that is not complete goes out at once, what belongs to later ones
 * waits here. Bounded: whoever writes more asks `mayWrite` first.
 */
export class OrderedSections {
  readonly #write: (text: string) => void;
  readonly #waiting = new Map<number, string[]>();
  readonly #ended = new Set<number>();
  readonly #blocked: (() => void)[] = [];
  readonly #most: number;
  #current = 0;
  #waitingCharacters = 0;
  #isReleased = false;

  constructor(write: (text: string) => void, most: number = MOST_WAITING_CHARACTERS) {
    this.#write = write;
    this.#most = most;
  }

  /** `section` counts from 0; each ends once. */
  write(section: number, text: string): void {
    if (text === '') return;
    if (section === this.#current) {
      this.#write(text);
      return;
    }
    const texts = this.#waiting.get(section);
    if (texts) texts.push(text);
    else this.#waiting.set(section, [text]);
    this.#waitingCharacters += text.length;
  }

  end(section: number): void {
    this.#ended.add(section);
    while (this.#ended.delete(this.#current)) {
      this.#current += 1;
      for (const text of this.#waiting.get(this.#current) ?? []) {
        this.#waitingCharacters -= text.length;
        this.#write(text);
      }
      this.#waiting.delete(this.#current);
    }
    for (const goOn of this.#blocked.splice(0)) goOn();
  }

  /** Resolves when `section` may bring more: at once for the one whose turn it is. */
  async mayWrite(section: number): Promise<void> {
    while (section > this.#current && this.#waitingCharacters > this.#most && !this.#isReleased)
      await new Promise<void>((resolve) => this.#blocked.push(resolve));
  }

  /** Nobody is held back any more: all that follows is the end. */
  release(): void {
    this.#isReleased = true;
    for (const goOn of this.#blocked.splice(0)) goOn();
  }
}
