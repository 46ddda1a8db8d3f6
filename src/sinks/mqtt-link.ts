import type { Clock, Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { type BrokerAddress, type IncomingMessage, MqttSession } from './mqtt-session.ts';
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
  /** Of the session that stands. Must not block or throw. */
  readonly message: (message: IncomingMessage) => void;
  /** The session that stood is gone. */
  readonly down: () => void;
}

/** A connection that held this long was a good one: the pauses begin again from the shortest. */
const STABLE_MS = 30_000;
/** So many connections in a row that the broker accepted and soon closed: somebody else connects with our client id, and we with theirs. */
const SHORT_LIVES = 3;

/** Keeps one session with the broker standing: the only place that connects again. */
export class MqttLink {
  readonly #options: MqttLinkOptions;
  #session: MqttSession | null = null;
  #upMono: number | null = null;
  #failures = 0;
  #shortLives = 0;
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
        message: (message) => {
          if (!this.#closed) this.#options.message(message);
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
    const { clock, logger, random } = this.#options;
    const wasUp = this.#upMono !== null;
    const { message, kind } = this.#judge(loss, reason);
    this.#session = null;
    this.#upMono = null;
    const pauseMs = reconnectPauseMs(kind, this.#failures, random());
    const code = kind === 'refused' ? 'MQTT_REFUSED' : 'MQTT_UNREACHABLE';
    const line = { code, reason: message, failures: this.#failures, nextTryInMs: Math.round(pauseMs) };
    // The same trouble again is not news.
    if (wasUp || message !== this.#lastError) logger.warn(line, `No connection to the MQTT broker: ${message}. Events wait and it is tried again`);
    else logger.debug(line, 'Still no connection to the MQTT broker');
    this.#lastError = message;
    this.#retry = clock.setTimer(pauseMs, () => this.start());
    if (wasUp) this.#options.down();
  }

  /**
   * Counts, and names what the broker does not: mosquitto 2.0.11 takes a client id over without a word,
   * and two daemons with one id would throw each other out for ever.
   */
  #judge(loss: ConnectionLoss, reason: string): { readonly message: string; readonly kind: ConnectionLoss } {
    const { address, clock, redact } = this.#options;
    const livedMs = this.#upMono === null ? null : clock.monotonicMs() - this.#upMono;
    if (livedMs !== null && livedMs >= STABLE_MS) this.#failures = 0;
    this.#failures += 1;
    this.#shortLives = livedMs !== null && livedMs < STABLE_MS ? this.#shortLives + 1 : 0;
    if (this.#shortLives < SHORT_LIVES) return { message: redact(reason), kind: loss };
    const suspicion = `closed ${this.#shortLives} times soon after the login; does another client use the client id ${address.clientId}?`;
    return { message: `${redact(reason)} (${suspicion})`, kind: 'refused' };
  }
}
