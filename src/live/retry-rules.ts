import type { ErrorCode, FramewatchError } from '../util/errors.ts';

/** The rules by which a camera's source is tried again; full motion has the same. */
export interface RetryRules {
  readonly backoffMs: (failures: number, random: number) => number;
  readonly authRetryMs: (refusals: number, random: number) => number;
  readonly failuresAfter: (failures: number, healthyMs: number) => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** While a camera is away its door is tried this often, so that it is back soon after it returns. */
const KNOCK_INTERVAL_MS = 5000;

const MAY_BE_AWAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['CAMERA_UNREACHABLE', 'CAMERA_UNKNOWN_HOST', 'CAMERA_STALLED', 'CAMERA_EXITED']);

/** What is known of a camera's failures in a row, and how long to wait after the newest. */
export class Retries {
  readonly #rules: RetryRules;
  #failures = 0;
  #refusals = 0;

  constructor(rules: RetryRules) {
    this.#rules = rules;
  }

  /** `healthyMs`: for how long pictures came before. */
  failed(error: FramewatchError, healthyMs: number): void {
    this.#failures = this.#rules.failuresAfter(this.#failures, healthyMs);
    this.#refusals = error.code === 'CAMERA_AUTH_FAILED' ? this.#refusals + 1 : 0;
  }

  /** Whether the door is to be tried, instead of the whole camera: nothing is asked of a camera that refuses the password. */
  knocksAfter(error: FramewatchError): boolean {
    return MAY_BE_AWAY.has(error.code);
  }

  /** The camera refuses the password: whoever looks, it is not asked again before its time, for cameras lock accounts. */
  get isLockedOut(): boolean {
    return this.#refusals > 0;
  }

  waitMs(): number {
    const { backoffMs, authRetryMs, random } = this.#rules;
    return this.isLockedOut ? authRetryMs(this.#refusals, random()) : backoffMs(this.#failures, random());
  }

  knockMs(): number {
    return KNOCK_INTERVAL_MS * (1 - this.#rules.random() / 4);
  }
}
