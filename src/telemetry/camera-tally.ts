import type { LatencyLedger } from '../events/label-event.ts';
import type { CameraNumbers } from '../http/monitor-view.ts';
import type { Clock } from '../util/clock.ts';
import { RateWindow } from './rate-window.ts';
import { SampleWindow } from './sample-window.ts';

const LATENCY_SAMPLES = 256;

/** The numbers of one camera that people look at. Memory: fixed, but for one counter a reason. */
export class CameraTally {
  readonly #received: RateWindow;
  readonly #classified: RateWindow;
  readonly #latency: SampleWindow;
  readonly #drops = new Map<string, number>();
  #framesReceived = 0;
  #framesClassified = 0;
  #deadlineMissed = 0;

  constructor(clock: Clock) {
    this.#received = new RateWindow(clock);
    this.#classified = new RateWindow(clock);
    this.#latency = new SampleWindow(clock, LATENCY_SAMPLES);
  }

  received(): void {
    this.#framesReceived += 1;
    this.#received.add();
  }

  classified(ledger: LatencyLedger): void {
    this.#framesClassified += 1;
    this.#classified.add();
    this.#latency.add(ledger.total);
    if (ledger.total > ledger.bound) this.missed();
  }

  /** A verdict came after its bound, or a frame was given up after it. */
  missed(): void {
    this.#deadlineMissed += 1;
  }

  dropped(reason: string): void {
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + 1);
  }

  numbers(): CameraNumbers {
    const [p50 = null, p95 = null] = this.#latency.percentiles([0.5, 0.95]);
    return {
      framesReceived: this.#framesReceived,
      framesClassified: this.#framesClassified,
      receivedPerSecond: this.#received.perSecond(),
      classifiedPerSecond: this.#classified.perSecond(),
      drops: Object.fromEntries(this.#drops),
      deadlineMissed: this.#deadlineMissed,
      latencyMs: { p50, p95 },
    };
  }
}
