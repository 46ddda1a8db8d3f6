import type { LabelScore } from '../events/label-event.ts';
import type { RuleStart } from '../events/rule-intervals.ts';

/** A picture of the report. */
export interface Thumbnail {
  readonly timeMs: number;
  /** The strongest one, of the rule if there is one. */
  readonly label: string;
  /** Of the rule, or of the label. */
  readonly score: number;
  /** The rule that was sure with this picture; null: the strongest label changed with it. */
  readonly rule: string | null;
  readonly jpeg: Uint8Array;
}

export interface ThumbnailOptions<Picture> {
  /** Of each kind. */
  readonly most: number;
  /** The picture stays as it is until this resolves; null when it could not be made. */
  readonly capture: (picture: Picture) => Promise<Uint8Array | null>;
  readonly hold: (picture: Picture) => void;
  readonly release: (picture: Picture) => void;
}

/** Pictures in a row with the same strongest label: the first of them, and how long they last. */
interface Segment<Picture> {
  readonly timeMs: number;
  readonly top: LabelScore;
  readonly picture: Picture;
  lastMs: number;
}

interface Change {
  readonly label: string;
  readonly lengthMs: number;
}

/**
 * Chooses the pictures of one region that tell its story: those with which the strongest label changed, and those with which a rule was sure. A nervous network changes its mind many times
 * a second, so of the changes those are kept after which it stayed the longest, and of each label the longest if there is room; only they are encoded. One picture is held meanwhile.
 */
export class Thumbnails<Picture> {
  readonly #options: ThumbnailOptions<Picture>;
  readonly #changes: (Change & { readonly thumbnail: Promise<Thumbnail | null> })[] = [];
  readonly #starts: Promise<Thumbnail | null>[] = [];
  #segment: Segment<Picture> | null = null;

  constructor(options: ThumbnailOptions<Picture>) {
    this.#options = options;
  }

  /** Pictures come in the order of their times; `starts`: the rules that are sure with this one. */
  see(timeMs: number, top: LabelScore, picture: Picture, starts: readonly RuleStart[]): void {
    for (const { rule, label, score } of starts) {
      if (this.#starts.length < this.#options.most) this.#starts.push(this.#capture(picture, { timeMs, label, score, rule }));
    }
    if (this.#segment?.top.label === top.label) {
      this.#segment.lastMs = timeMs;
      return;
    }
    this.#close();
    this.#options.hold(picture);
    this.#segment = { timeMs, top, picture, lastMs: timeMs };
  }

  /** No picture follows. In the order of their times. */
  async all(): Promise<readonly Thumbnail[]> {
    this.#close();
    const made = await Promise.all([...this.#starts, ...this.#changes.map(({ thumbnail }) => thumbnail)]);
    return made.filter((thumbnail) => thumbnail !== null).sort((a, b) => a.timeMs - b.timeMs);
  }

  #close(): void {
    const segment = this.#segment;
    if (!segment) return;
    this.#segment = null;
    const { timeMs, top, picture, lastMs } = segment;
    // The first picture of the file always tells something.
    const lengthMs = this.#changes.length === 0 ? Number.POSITIVE_INFINITY : lastMs - timeMs;
    const change: Change = { label: top.label, lengthMs };
    const least = this.#changes.length < this.#options.most ? null : leastTelling([...this.#changes, change]);
    if (least !== change) {
      const kept: readonly Change[] = this.#changes;
      if (least !== null) this.#changes.splice(kept.indexOf(least), 1);
      this.#changes.push({ ...change, thumbnail: this.#capture(picture, { timeMs, label: top.label, score: top.score, rule: null }) });
    }
    this.#options.release(picture);
  }

  async #capture(picture: Picture, about: Omit<Thumbnail, 'jpeg'>): Promise<Thumbnail | null> {
    this.#options.hold(picture);
    try {
      const jpeg = await this.#options.capture(picture);
      return jpeg && { ...about, jpeg };
    } finally {
      this.#options.release(picture);
    }
  }
}

/** The shortest of those whose label has another one; where each has its own, the shortest. Of equals the last. */
function leastTelling(changes: readonly Change[]): Change | null {
  const isRepeated = ({ label }: Change) => changes.filter((change) => change.label === label).length > 1;
  const repeated = changes.filter(isRepeated);
  const candidates = repeated.length > 0 ? repeated : changes;
  return candidates.reduce<Change | null>((least, change) => (least !== null && change.lengthMs > least.lengthMs ? least : change), null);
}
