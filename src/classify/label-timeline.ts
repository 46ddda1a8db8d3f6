const MOST_BINS = 480;
const FIRST_BIN_MS = 5;

/** A timeline of few labels, for drawing. Bins follow each other from the start of the file; in some no picture lies. */
export interface CondensedTimeline {
  readonly binMs: number;
  /** Places of the labels in the order of the network's outputs, in the order in which they stand in `means`. */
  readonly labels: readonly number[];
  /** Pictures, by bin. */
  readonly counts: Uint32Array;
  /** `bins × labels`: the mean probability of a label in a bin; 0 where there is no picture. */
  readonly means: Float32Array;
}

/** The course of the probabilities over a recording of any length in at most 480 bins: when they are full, two become one. */
export class LabelTimeline {
  readonly #labels: number;
  readonly #sums: Float64Array;
  readonly #counts = new Uint32Array(MOST_BINS);
  #binMs = FIRST_BIN_MS;
  #bins = 0;

  /** `labels`: outputs of the network. */
  constructor(labels: number) {
    this.#labels = labels;
    this.#sums = new Float64Array(MOST_BINS * labels);
  }

  add(timeMs: number, probabilities: ArrayLike<number>): void {
    while (timeMs >= MOST_BINS * this.#binMs) this.#halve();
    const bin = Math.max(0, Math.floor(timeMs / this.#binMs));
    this.#bins = Math.max(this.#bins, bin + 1);
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    for (let label = 0; label < this.#labels; label += 1) this.#addTo(bin * this.#labels + label, probabilities[label] ?? 0);
  }

  /** The labels with the largest mean over the whole file, at most `most`, and `always` those. */
  condense(most: number, always: readonly number[]): CondensedTimeline {
    const totals = new Float64Array(this.#labels);
    for (let at = 0; at < this.#bins * this.#labels; at += 1) totals[at % this.#labels] = (totals[at % this.#labels] ?? 0) + (this.#sums[at] ?? 0);
    const byTotal = [...totals.keys()].sort((a, b) => (totals[b] ?? 0) - (totals[a] ?? 0));
    const labels = [...new Set([...always, ...byTotal.slice(0, most)])];
    const counts = this.#counts.slice(0, this.#bins);
    const means = new Float32Array(this.#bins * labels.length);
    for (let at = 0; at < means.length; at += 1) {
      const bin = Math.floor(at / labels.length);
      const sum = this.#sums[bin * this.#labels + (labels[at % labels.length] ?? 0)] ?? 0;
      means[at] = sum / Math.max(1, counts[bin] ?? 0);
    }
    return { binMs: this.#binMs, labels, counts, means };
  }

  #addTo(at: number, value: number): void {
    this.#sums[at] = (this.#sums[at] ?? 0) + value;
  }

  #halve(): void {
    for (let bin = 0; bin < MOST_BINS; bin += 1) {
      const into = bin >> 1;
      const count = this.#counts[bin] ?? 0;
      this.#counts[bin] = 0;
      this.#counts[into] = (this.#counts[into] ?? 0) + count;
      for (let label = 0; label < this.#labels; label += 1) {
        const sum = this.#sums[bin * this.#labels + label] ?? 0;
        this.#sums[bin * this.#labels + label] = 0;
        this.#addTo(into * this.#labels + label, sum);
      }
    }
    this.#bins = Math.ceil(this.#bins / 2);
    this.#binMs *= 2;
  }
}
