import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';

/** A session that ends so soon after a picture, ms, ended of it, perhaps. */
const SUSPICIOUS_MS = 5_000;
/** So many in a row are no accident. */
const STRIKES = 2;
const HOLD_MS = 3_600_000;

/**
 * Some brokers end the connection over a message that is too large for them, and do not say how much they take (MQTT 3.1.1, or a limit that MQTT 5 does not
 * announce). Pictures are the large ones, and each would end the next session as well: so after two sessions that ended right after one, none is sent for an hour.
 */
export class PictureHold {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #logger: Logger;
  #sentMono = Number.NEGATIVE_INFINITY;
  #strikes = 0;
  #untilMono = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonicMs'>, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Pictures may be sent now. */
  get isOpen(): boolean {
    return this.#clock.monotonicMs() >= this.#untilMono;
  }

  /** A picture was handed to the connection. */
  sent(): void {
    this.#sentMono = this.#clock.monotonicMs();
  }

  /** The session is gone. */
  sessionEnded(): void {
    const now = this.#clock.monotonicMs();
    // One that carried none says nothing of them.
    if (this.#sentMono === Number.NEGATIVE_INFINITY) return;
    this.#strikes = now - this.#sentMono < SUSPICIOUS_MS ? this.#strikes + 1 : 0;
    this.#sentMono = Number.NEGATIVE_INFINITY;
    if (this.#strikes < STRIKES) return;
    this.#strikes = 0;
    this.#untilMono = now + HOLD_MS;
    this.#logger.warn(
      { code: 'MQTT_REFUSED', holdMs: HOLD_MS },
      'The MQTT broker closes the connection right after a picture: none is sent for an hour. Is its limit of the size of a message too small?',
    );
  }
}
