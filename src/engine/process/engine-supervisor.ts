import type { Clock, Timer } from '../../util/clock.ts';
import { type ErrorCode, FramewatchError, hasCode } from '../../util/errors.ts';
import type { Logger } from '../../util/logger.ts';
import type { EngineInfo, EngineInput, EngineOutput, InferenceEngine } from '../engine.ts';
import { UNVERIFIED } from '../self-test/sanity-self-test.ts';
import { EngineClient } from './engine-client.ts';
import type { EngineInit } from './engine-messages.ts';

export interface EngineSupervisorOptions {
  /** The JavaScript file of the engine process. */
  readonly entryPoint: string;
  readonly init: EngineInit;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told when verdicts become possible (with what runs now) and when they end (with the reason). Not called by `close`. */
  readonly onAvailability: (change: EngineAvailability) => void;
  /** A process is started in place of one that died, hung or never became ready. */
  readonly onRestart?: () => void;
  readonly limits?: Partial<EngineLimits>;
}

export type EngineAvailability =
  | { readonly available: true; readonly info: EngineInfo }
  | { readonly available: false; readonly reason: FramewatchError };

/** All in ms. */
export interface EngineLimits {
  /** Until the engine process is ready: a cold start converts the model. */
  readonly start: number;
  /** A batch hangs when it takes longer than this, and longer than five times its warm-up cost. */
  readonly hang: number;
  /** Before the second restart in a row (the first comes at once); doubles from there. */
  readonly firstBackoff: number;
  readonly longestBackoff: number;
  /** An engine that worked for so long starts with a clean record. */
  readonly healthy: number;
}

/**
 * A hang is over within 15 s where a batch costs up to a second: 5 s until it is called one (ten times the cost of a batch of 16 on two cores, so that
 * an engine that is merely slow lives), and about 5 s until the next engine is warm, or twice that on a machine that is busy with other things.
 */
const LIMITS: EngineLimits = { start: 180_000, hang: 5000, firstBackoff: 500, longestBackoff: 15_000, healthy: 60_000 };
/** Failures without a success between them that say: it is not the pictures, it is the process. */
const FAILURES_UNTIL_RESTART = 5;
const FIRST_START_TRIES = 3;
/** Faults that trying again does not cure. */
const HOPELESS: readonly ErrorCode[] = [
  'MODEL_NOT_FOUND',
  'MODEL_INVALID',
  'MODEL_HASH_MISMATCH',
  'MODEL_UNSUPPORTED_LAYER',
  'MODEL_SELF_TEST_FAILED',
  'ENGINE_BACKEND_UNAVAILABLE',
  'ENGINE_DEVICE_UNAVAILABLE',
];

/** The engine as the rest of the program sees it: one that comes back. The only place that restarts an engine process. */
export class EngineSupervisor implements InferenceEngine {
  readonly #options: EngineSupervisorOptions;
  readonly #limits: EngineLimits;
  readonly #waiting = new Set<() => void>();
  #client: EngineClient | undefined;
  #available = false;
  #info: EngineInfo | undefined;
  #reason = new FramewatchError('ENGINE_DIED', 'the engine was not started yet');
  #restarts = 0;
  #failuresInRow = 0;
  #startsInRow = 0;
  #readyMono = 0;
  #backoff: Timer | undefined;
  #closed = false;

  constructor(options: EngineSupervisorOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
  }

  /** What runs, or ran last; only after `start`. */
  get info(): EngineInfo {
    if (!this.#info) throw new FramewatchError('INTERNAL', 'the engine was asked what it is before it was started');
    return this.#info;
  }

  get available(): boolean {
    return this.#available;
  }

  /** Why it is not available, while it is not. */
  get reason(): FramewatchError {
    return this.#reason;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#client?.pid;
  }

  /** Loads the model for the first time. Throws MODEL_* and ENGINE_*: what is wrong now was never right, so a person has to look at it. */
  async start(): Promise<EngineInfo> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#launch();
      } catch (error) {
        if (this.#closed || tries === FIRST_START_TRIES || HOPELESS.some((code) => hasCode(error, code))) throw error;
        this.#options.log.warn({ err: error }, 'the engine did not start, once more');
        this.#countRestart();
      }
    }
  }

  /** Throws ENGINE_DIED at once while no engine is there; see `whenAvailable`. */
  async classify(input: EngineInput): Promise<EngineOutput> {
    const client = this.#client;
    if (!client || !this.#available)
      throw new FramewatchError('ENGINE_DIED', `no engine at the moment: ${this.#reason.message}`, { cause: this.#reason });
    try {
      const output = await client.classify(input);
      if (client === this.#client) this.#failuresInRow = 0;
      return output;
    } catch (error) {
      if (client === this.#client) this.#countFailure(error);
      throw error;
    }
  }

  /** Resolves `true` as soon as an engine is there, `false` after `limitMs` or when closed. Never rejects. */
  whenAvailable(limitMs: number): Promise<boolean> {
    if (this.#available || this.#closed || limitMs <= 0) return Promise.resolve(this.#available);
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        this.#waiting.delete(done);
        resolve(this.#available);
      };
      const timer = this.#options.clock.setTimer(limitMs, done);
      this.#waiting.add(done);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#available = false;
    this.#reason = new FramewatchError('ENGINE_DIED', 'the engine was closed');
    this.#backoff?.cancel();
    this.#wake();
    await this.#client?.close();
  }

  async #launch(): Promise<EngineInfo> {
    const { entryPoint, init, clock, log } = this.#options;
    const client = new EngineClient({ entryPoint, init, clock, log, startLimitMs: this.#limits.start, hangLimitMs: this.#limits.hang }, (error) => {
      if (client === this.#client && this.#available) this.#lost(error);
    });
    // One engine's memory at a time: the old one is gone before the new one loads.
    await this.#client?.close();
    if (this.#closed) throw this.#reason;
    this.#client = client;
    const startMono = clock.monotonicMs();
    const info = await client.start();
    this.#info = info;
    this.#available = true;
    this.#failuresInRow = 0;
    this.#readyMono = clock.monotonicMs();
    const { labels: _, costMs, ...facts } = info;
    log.info({ ...facts, costMs: rounded(costMs), startMs: Math.round(this.#readyMono - startMono) }, 'the engine is ready');
    if (info.fallback !== null) log.warn({ fallback: info.fallback }, 'the engine does not run as the configuration asks');
    if (info.selfTest === 'sanity') log.warn({ model: info.model }, UNVERIFIED);
    this.#wake();
    this.#options.onAvailability({ available: true, info });
    return info;
  }

  #countFailure(error: unknown): void {
    if (!this.#available) return;
    this.#failuresInRow += 1;
    if (this.#failuresInRow < FAILURES_UNTIL_RESTART) return;
    this.#lost(
      new FramewatchError('ENGINE_DIED', `${FAILURES_UNTIL_RESTART} inferences failed in a row; the engine process is restarted`, { cause: error }),
    );
    this.#client?.kill();
  }

  #lost(reason: FramewatchError): void {
    const { clock, log, onAvailability } = this.#options;
    this.#available = false;
    this.#reason = reason;
    if (clock.monotonicMs() - this.#readyMono >= this.#limits.healthy) this.#startsInRow = 0;
    log.error({ err: reason }, 'the engine is gone and will be restarted');
    onAvailability({ available: false, reason });
    this.#restartLater();
  }

  #restartLater(): void {
    if (this.#closed) return;
    const { firstBackoff, longestBackoff } = this.#limits;
    const delayMs = this.#startsInRow === 0 ? 0 : Math.min(longestBackoff, firstBackoff * 2 ** (this.#startsInRow - 1));
    this.#startsInRow += 1;
    this.#backoff = this.#options.clock.setTimer(delayMs, () => void this.#restart());
  }

  async #restart(): Promise<void> {
    this.#countRestart();
    try {
      await this.#launch();
    } catch (error) {
      if (this.#closed) return;
      this.#reason =
        error instanceof FramewatchError ? error : new FramewatchError('ENGINE_START_FAILED', 'the engine did not start', { cause: error });
      this.#options.log.error({ err: this.#reason }, 'the engine did not come back, another try follows');
      this.#options.onAvailability({ available: false, reason: this.#reason });
      this.#restartLater();
    }
  }

  #countRestart(): void {
    this.#restarts += 1;
    this.#options.onRestart?.();
  }

  #wake(): void {
    for (const done of this.#waiting) done();
  }
}

function rounded(costMs: Readonly<Record<number, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(costMs).map(([size, ms]) => [size, Math.round(ms * 10) / 10]));
}
