import type { CropBox } from '../batching/batch.ts';
import type { RegionConfig } from '../config/config.ts';
import type { LabelScore } from '../events/label-event.ts';
import type { RuleIntervals } from '../events/rule-intervals.ts';
import type { RecordedPicture } from '../stream/recording.ts';
import type { FileFindings, RegionFindings } from './findings.ts';
import { FrameOrder, type Outcome } from './frame-order.ts';
import type { FrameVerdict } from './frame-verdict.ts';
import { LabelTimeline } from './label-timeline.ts';
import { Thumbnails } from './thumbnails.ts';

/** What a report shows beside figures. */
export interface IllustrationOptions {
  /** Pictures of each kind, a region. */
  readonly mostThumbnails: number;
  /** Labels whose course is kept whatever their size. */
  readonly keptLabels: readonly number[];
  /** Of a region of a picture; never rejects: null when it could not be made. */
  readonly encode: (picture: RecordedPicture, crop: CropBox | null) => Promise<Uint8Array | null>;
}

export interface FileJudgeOptions {
  /** Of the network, in the order of its outputs. */
  readonly labels: readonly string[];
  readonly regions: readonly RegionConfig[];
  readonly intervals: Pick<RuleIntervals, 'observe' | 'close'>;
  /** Every label with its probability, strongest first. */
  readonly scoresOf: (probabilities: ArrayLike<number>) => readonly LabelScore[];
  readonly onVerdict: (verdict: FrameVerdict) => void;
  /** Null: nobody wants a report. */
  readonly illustrations: IllustrationOptions | null;
  /** Each picture is held from `sent` until it is through. */
  readonly memory: { hold(pixels: Uint8Array): void; release(pixels: Uint8Array): void };
}

/** What a judge has to say of its file. */
export type Judged = Pick<FileFindings, 'judged' | 'unjudged' | 'judgedMs' | 'regions' | 'intervals'>;

interface RegionRecord {
  readonly region: RegionConfig;
  /** How often each label was the strongest. */
  readonly tops: Map<string, number>;
  readonly timeline: LabelTimeline | null;
  readonly thumbnails: Thumbnails<RecordedPicture> | null;
}

/** Labels of a file whose course is kept until the report is made. */
const KEPT_LABELS = 24;

/** Makes of what the network says about the pictures of one recording what is told of it. Memory does not grow with the length of the file. */
export class FileJudge {
  readonly #options: FileJudgeOptions;
  readonly #order: FrameOrder<RecordedPicture>;
  readonly #records: readonly RegionRecord[];
  readonly #reasons = new Map<string, number>();
  #judged = 0;
  #unjudged = 0;
  #lastMs = 0;

  constructor(options: FileJudgeOptions) {
    this.#options = options;
    this.#order = new FrameOrder(options.regions.length, (sequence, picture, outcomes) => this.#judge(sequence, picture, outcomes));
    this.#records = options.regions.map((region) => ({ region, tops: new Map(), ...this.#illustrated(region) }));
  }

  get judged(): number {
    return this.#judged;
  }

  /** Of the newest judged picture, ms. */
  get lastMs(): number {
    return this.#lastMs;
  }

  /** Why pictures got no verdict, with how many they were. */
  get reasons(): ReadonlyMap<string, number> {
    return this.#reasons;
  }

  /** `sequence` rises by one from 0. */
  sent(sequence: number, picture: RecordedPicture): void {
    this.#options.memory.hold(picture.pixels);
    this.#order.sent(sequence, picture);
  }

  settled(sequence: number, region: string, outcome: Outcome): void {
    this.#order.settled(sequence, region, outcome);
  }

  /** Resolves when every picture that was sent has its outcome. */
  allSettled(): Promise<void> {
    return this.#order.empty();
  }

  /** What is under way is forgotten: nobody will judge it any more. */
  abandon(): void {
    this.#order.abandon();
  }

  /** No picture follows. What still holds ends at `endMs`, or with the last picture if that is later. */
  async close(endMs: number): Promise<Judged> {
    const regions = await Promise.all(this.#records.map((record) => this.#findings(record)));
    const intervals = this.#options.intervals.close(endMs);
    return { judged: this.#judged, unjudged: this.#unjudged, judgedMs: this.#lastMs, regions, intervals };
  }

  #judge(sequence: number, picture: RecordedPicture, outcomes: ReadonlyMap<string, Outcome>): void {
    let hasVerdict = false;
    for (const record of this.#records) {
      const outcome = outcomes.get(record.region.id);
      if (!outcome) continue;
      if ('dropped' in outcome) this.#reasons.set(outcome.dropped, (this.#reasons.get(outcome.dropped) ?? 0) + 1);
      else {
        hasVerdict = true;
        this.#take(record, sequence, picture, outcome.probabilities);
      }
    }
    if (hasVerdict) {
      this.#judged += 1;
      this.#lastMs = Math.max(this.#lastMs, picture.timeMs);
    } else this.#unjudged += 1;
    this.#options.memory.release(picture.pixels);
  }

  #take({ region, tops, timeline, thumbnails }: RegionRecord, frame: number, picture: RecordedPicture, probabilities: ArrayLike<number>): void {
    const { scoresOf, intervals, onVerdict } = this.#options;
    const { timeMs } = picture;
    const scores = scoresOf(probabilities);
    const top = scores[0] ?? { label: '', score: 0 };
    tops.set(top.label, (tops.get(top.label) ?? 0) + 1);
    const starts = intervals.observe(region.id, timeMs, scores);
    timeline?.add(timeMs, probabilities);
    thumbnails?.see(timeMs, top, picture, starts);
    onVerdict({ frame, timeMs, region: region.id, scores, probabilities });
  }

  async #findings({ region, tops, timeline, thumbnails }: RegionRecord): Promise<RegionFindings> {
    const seen = [...tops.values()].reduce((sum, count) => sum + count, 0);
    const shares = [...tops].map(([label, count]) => ({ label, share: count / seen })).sort((a, b) => b.share - a.share);
    const kept = this.#options.illustrations?.keptLabels ?? [];
    return { region: region.id, shares, timeline: timeline?.condense(KEPT_LABELS, kept) ?? null, thumbnails: (await thumbnails?.all()) ?? [] };
  }

  #illustrated({ crop }: RegionConfig): Pick<RegionRecord, 'timeline' | 'thumbnails'> {
    const { illustrations, memory, labels } = this.#options;
    if (!illustrations) return { timeline: null, thumbnails: null };
    const thumbnails = new Thumbnails<RecordedPicture>({
      most: illustrations.mostThumbnails,
      capture: (picture) => illustrations.encode(picture, crop),
      hold: ({ pixels }) => memory.hold(pixels),
      release: ({ pixels }) => memory.release(pixels),
    });
    return { timeline: new LabelTimeline(labels.length), thumbnails };
  }
}
