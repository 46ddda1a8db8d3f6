import type { CameraConfig } from '../config/config.ts';
import type { Passthrough, PassthroughFactory } from '../stream/passthrough.ts';
import { type Clock, delay, isoTime } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { type TroubleMessage, troubleMessage } from './live-message.ts';
import type { StreamEnd } from './live-stream.ts';
import { Retries, type RetryRules } from './retry-rules.ts';

export interface LiveAttemptsParts {
  readonly config: CameraConfig;
  readonly open: PassthroughFactory;
  readonly retries: RetryRules;
  readonly clock: Clock;
  readonly log: Logger;
  /** One attempt, see `runLiveStream`. */
  readonly read: (source: Passthrough, signal: AbortSignal) => Promise<StreamEnd>;
  /** Why there is no picture now. */
  readonly tell: (trouble: TroubleMessage) => void;
}

/** Reads one camera again and again, and remembers what came of it from one round of viewers to the next. */
export class LiveAttempts {
  readonly #parts: LiveAttemptsParts;
  readonly #retries: Retries;
  #notBeforeMono = Number.NEGATIVE_INFINITY;

  constructor(parts: LiveAttemptsParts) {
    this.#parts = parts;
    this.#retries = new Retries(parts.retries);
  }

  /** The camera refused the password, and is not asked again before its time, whoever looks. */
  get isLockedOut(): boolean {
    return this.#notBeforeMono > this.#parts.clock.monotonicMs();
  }

  /** Resolves once `signal` has aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, config, log, open, read, tell } = this.#parts;
    // Others may have looked before, and left: what they have learned of a lockout holds.
    await this.#pause(this.#notBeforeMono - clock.monotonicMs(), signal);
    let source: Passthrough;
    try {
      source = open(config);
    } catch (cause) {
      tell(troubleOf(cause, config.id));
      await aborted(signal);
      return;
    }
    while (!signal.aborted) {
      const { error, healthyMs } = await read(source, signal);
      if (isAborted(signal)) return;
      if (!error) continue;
      this.#retries.failed(error, healthyMs);
      log.warn({ camera: config.id, code: error.code }, `full motion: ${error.message}`);
      await this.#rest(source, error, signal);
    }
  }

  /** Waits for the next try, and says so. */
  async #rest(source: Passthrough, error: FramewatchError, signal: AbortSignal): Promise<void> {
    const { clock, tell } = this.#parts;
    const announce = (ms: number) => tell(troubleMessage(error.code, error.message, isoTime(clock.wallMs() + ms)));
    if (this.#retries.knocksAfter(error)) {
      let isThere = await source.knock(signal);
      if (!isThere) {
        while (!isThere && !signal.aborted) {
          const ms = this.#retries.knockMs();
          announce(ms);
          await this.#pause(ms, signal);
          isThere = isAborted(signal) || (await source.knock(signal));
        }
        return;
      }
    }
    const ms = this.#retries.waitMs();
    if (this.#retries.isLockedOut) this.#notBeforeMono = clock.monotonicMs() + ms;
    announce(ms);
    await this.#pause(ms, signal);
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await delay(this.#parts.clock, ms, signal);
  }
}

function troubleOf(cause: unknown, cameraId: string): TroubleMessage {
  const error = cause instanceof FramewatchError ? cause : new FramewatchError('INTERNAL', `camera ${cameraId}: ${messageOf(cause)}`, { cause });
  return troubleMessage(error.code, error.message, null);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
