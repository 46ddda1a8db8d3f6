import type { Clock, Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { type BrokerAddress, MqttSession } from './mqtt-session.ts';
import { type ConnectionLoss, reconnectPauseMs } from './reconnect-policy.ts';

export interface MqttLinkOptions {
  readonly address: BrokerAddress;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 ≤ x < 1, for the jitter. */
  readonly random: () => number;
  /** Blanks secrets in what the broker or the network said. */
  readonly redact: (text: string) => string;
  /** A new session stands; `receiveMaximum` is how much the broker lets be unacknowledged. */
  readonly up: (session: MqttSession, receiveMaximum: number) => void;
  /** The session that stood is gone. */
  readonly down: () => void;
}

/** A connection that held this long was a good one: the pauses begin again from the shortest. */
const STABLE_MS = 30_000;

/** Keeps one session with the broker standing: the only place that connects again. */
export class MqttLink {
  readonly #options: MqttLinkOptions;
  #session: MqttSession | null = null;
  #upMono: number | null = null;
  #failures = 0;
  #retry: Timer | null = null;
  #lastError: string | null = null;
  #closed = false;

  constructor(options: MqttLinkOptions) {
    this.#options = options;
  }

  get connected(): boolean {
    return this.#upMono !== null;
  }

  /** Redacted; null while connected or before the first try. */
  get lastError(): string | null {
    return this.#lastError;
  }

  start(): void {
    const { address, clock, logger } = this.#options;
    try {
      this.#session = MqttSession.open(address, {
        up: (receiveMaximum) => {
          if (this.#closed || this.#session === null) return;
          this.#upMono = clock.monotonicMs();
          this.#lastError = null;
          logger.info({ clientId: address.clientId, protocolVersion: address.protocolVersion }, 'Connected to the MQTT broker');
          this.#options.up(this.#session, receiveMaximum);
        },
        down: (loss, reason) => this.#lost(loss, reason),
      });
    } catch (error) {
      this.#lost('refused', messageOf(error));
    }
  }

  /** Ends politely within `limitMs`, then hard. Idempotent. */
  async close(limitMs: number): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    const session = this.#session;
    this.#session = null;
    this.#upMono = null;
    await session?.end(limitMs);
  }

  #lost(loss: ConnectionLoss, reason: string): void {
    if (this.#closed) return;
    const { clock, logger, random, redact } = this.#options;
    const wasUp = this.#upMono !== null;
    if (this.#upMono !== null && clock.monotonicMs() - this.#upMono >= STABLE_MS) this.#failures = 0;
    this.#session = null;
    this.#upMono = null;
    this.#failures += 1;
    const pauseMs = reconnectPauseMs(loss, this.#failures, random());
    const message = redact(reason);
    const code = loss === 'refused' ? 'MQTT_REFUSED' : 'MQTT_UNREACHABLE';
    const line = { code, reason: message, failures: this.#failures, nextTryInMs: Math.round(pauseMs) };
    // The same trouble again is not news.
    if (wasUp || message !== this.#lastError) logger.warn(line, `No connection to the MQTT broker: ${message}. Events wait and it is tried again`);
    else logger.debug(line, 'Still no connection to the MQTT broker');
    this.#lastError = message;
    this.#retry = clock.setTimer(pauseMs, () => this.start());
    if (wasUp) this.#options.down();
  }
}
