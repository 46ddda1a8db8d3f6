import type { Moment } from './coverage.ts';
import { type FrameFate, VerdictWindow } from './verdict-window.ts';

export interface SightOptions {
  readonly sampleFps: number;
  /** Without a verdict for so long, ms, it is not judged. */
  readonly limitMs: number;
  /** Over which verdicts are counted, ms. */
  readonly spanMs: number;
}

/** Whether one region of one camera is judged. Lost after `limitMs` without a verdict; found again with two that are no further apart, from the frame of the first on. */
export class RegionSight {
  readonly #options: SightOptions;
  #window: VerdictWindow;
  #seenSince: Moment | null;
  /** The first frame after it was lost that was judged. */
  #candidate: Moment | null = null;
  #lastFrame: Moment;
  #lastJudgedMono: number;
  #fates: Partial<Record<FrameFate, number>> = {};

  /** `lastFrame`: the newest that was judged, or the moment from which on verdicts are expected. */
  constructor(options: SightOptions, lastFrame: Moment, isSeen: boolean, now: Moment) {
    this.#options = options;
    this.#window = new VerdictWindow(options.sampleFps, options.spanMs, now);
    this.#seenSince = isSeen ? lastFrame : null;
    this.#lastFrame = lastFrame;
    this.#lastJudgedMono = lastFrame.mono;
  }

  /** Since when it is judged; null while it is not. */
  get seenSince(): Moment | null {
    return this.#seenSince;
  }

  /** Arrival of the newest judged frame. */
  get lastFrame(): Moment {
    return this.#lastFrame;
  }

  /** When the newest verdict came, monotonic ms. */
  get lastJudgedMono(): number {
    return this.#lastJudgedMono;
  }

  get window(): VerdictWindow {
    return this.#window;
  }

  isOverdue(now: Moment): boolean {
    return now.mono - this.#lastJudgedMono > this.#options.limitMs;
  }

  judged(frame: Moment, now: Moment): void {
    if (this.#seenSince === null) {
      if (this.#candidate !== null && !this.isOverdue(now)) this.#seenSince = this.#candidate;
      else this.#candidate = frame;
    }
    this.#lastFrame = frame;
    this.#lastJudgedMono = now.mono;
    this.#fates = {};
    this.#window.count('judged', now);
  }

  /** A frame of it came, or was given up. */
  count(fate: Exclude<FrameFate, 'judged'>, now: Moment): void {
    this.#fates[fate] = (this.#fates[fate] ?? 0) + 1;
    this.#window.count(fate, now);
  }

  /** How many verdicts should have come since the newest one. */
  asked(now: Moment): number {
    return ((now.mono - this.#lastJudgedMono) * this.#options.sampleFps) / 1000;
  }

  /** Since the newest verdict. */
  countOf(fate: FrameFate): number {
    return this.#fates[fate] ?? 0;
  }

  lose(): void {
    this.#seenSince = null;
    this.#candidate = null;
  }

  /** Shares are counted from now on. */
  beginWindow(now: Moment): void {
    this.#window = new VerdictWindow(this.#options.sampleFps, this.#options.spanMs, now);
  }

  /** The same region with changed settings. */
  with(options: SightOptions, now: Moment): RegionSight {
    const changed = new RegionSight(options, this.#lastFrame, this.#seenSince !== null, now);
    changed.#candidate = this.#candidate;
    changed.#lastJudgedMono = this.#lastJudgedMono;
    return changed;
  }

  /** The record begins again at `now`: nothing of it lies later. */
  rewind(now: Moment): void {
    const before = (moment: Moment): Moment => ({ mono: moment.mono, at: Math.min(moment.at, now.at) });
    this.#lastFrame = before(this.#lastFrame);
    this.#candidate &&= before(this.#candidate);
    this.#seenSince &&= before(this.#seenSince);
    this.beginWindow(now);
  }
}
