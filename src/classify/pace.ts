import type { RateWindow } from '../telemetry/rate-window.ts';
import type { Clock } from '../util/clock.ts';

/** How many pictures of a run are judged, and how fast. Its time begins with the first picture: before that the network is loaded, and nothing can be judged. */
export class Pace {
  readonly #clock: Clock;
  readonly #newWindow: () => Pick<RateWindow, 'add' | 'perSecond'>;
  #begun: { readonly mono: number; readonly lately: Pick<RateWindow, 'add' | 'perSecond'> } | null = null;
  #judged = 0;
  #lastMono = 0;

  /** `newWindow` begins to count when it is called. */
  constructor(clock: Clock, newWindow: () => Pick<RateWindow, 'add' | 'perSecond'>) {
    this.#clock = clock;
    this.#newWindow = newWindow;
  }

  /** A picture was read. Idempotent. */
  begin(): void {
    this.#begun ??= { mono: this.#clock.monotonicMs(), lately: this.#newWindow() };
  }

  add(judged: number): void {
    this.begin();
    this.#judged += judged;
    this.#begun?.lately.add(judged);
    this.#lastMono = this.#clock.monotonicMs();
  }

  get judged(): number {
    return this.#judged;
  }

  /** Since the first picture, ms; 0 before it. */
  get elapsedMs(): number {
    return this.#begun === null ? 0 : this.#clock.monotonicMs() - this.#begun.mono;
  }

  /** From the first picture to the last verdict, s. */
  get seconds(): number {
    return this.#begun === null ? 0 : Math.max(0, this.#lastMono - this.#begun.mono) / 1000;
  }

  /** Pictures a second, lately. */
  get rate(): number {
    return this.#begun?.lately.perSecond() ?? 0;
  }
}
