/** What became of one region of a picture: what the network said, or why it said nothing. */
export type Outcome = { readonly probabilities: ArrayLike<number> } | { readonly dropped: string };

interface Open<Picture> {
  readonly picture: Picture;
  readonly outcomes: Map<string, Outcome>;
}

/**
 * Brings the pictures of one recording back into their order: what fails in the engine is tried again, and comes after what followed it. A picture is released when each of its
 * regions has its outcome and all before it are released. Holds what is under way, no more.
 */
export class FrameOrder<Picture> {
  readonly #regions: number;
  readonly #release: (sequence: number, picture: Picture, outcomes: ReadonlyMap<string, Outcome>) => void;
  readonly #open = new Map<number, Open<Picture>>();
  #next = 0;
  #emptied: (() => void)[] = [];

  /** `regions`: outcomes that each picture gets. */
  constructor(regions: number, release: (sequence: number, picture: Picture, outcomes: ReadonlyMap<string, Outcome>) => void) {
    this.#regions = regions;
    this.#release = release;
  }

  /** Sequences rise by one from 0. */
  sent(sequence: number, picture: Picture): void {
    this.#open.set(sequence, { picture, outcomes: new Map() });
  }

  settled(sequence: number, region: string, outcome: Outcome): void {
    this.#open.get(sequence)?.outcomes.set(region, outcome);
    for (let first = this.#open.get(this.#next); first && first.outcomes.size === this.#regions; first = this.#open.get(this.#next)) {
      this.#open.delete(this.#next);
      this.#release(this.#next, first.picture, first.outcomes);
      this.#next += 1;
    }
    if (this.#open.size === 0) for (const goOn of this.#emptied.splice(0)) goOn();
  }

  /** Resolves when nothing is under way. */
  async empty(): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#emptied.push(resolve));
  }

  /** Forgets what is under way, as if it had never been sent. */
  abandon(): void {
    this.#open.clear();
    for (const goOn of this.#emptied.splice(0)) goOn();
  }
}
