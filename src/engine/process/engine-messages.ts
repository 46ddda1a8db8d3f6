import { ERROR_CODES, type ErrorCode, FramewatchError, messageOf } from '../../util/errors.ts';
import type { BackendName } from '../engine.ts';

/** The heads of the messages on the engine's pipe, and how an error travels in one. Both ends are of one build. */

/** `init`: what the engine process shall load. Answered by `ready` (an EngineInfo) or `failed`. */
export interface EngineInit {
  /** A folder under `modelsDir` or `stateDir/models`. */
  readonly model: string;
  readonly modelsDir: string;
  readonly stateDir: string;
  readonly backend: 'auto' | BackendName;
  readonly device: 'auto' | 'gpu' | 'cpu';
  readonly onUnavailable: 'fail' | 'cpu';
  readonly precision: 'auto' | 'float32' | 'int8';
  /** 0 = all cores. */
  readonly threads: number;
  /** Wished for, ascending; the engine cuts them to what fits in memory. */
  readonly batchSizes: readonly number[];
  readonly features: boolean;
}

/** `classify`: the payload holds `paddedTo` pictures, of which the first `count` matter. */
export interface ClassifyHead {
  readonly count: number;
  readonly paddedTo: number;
}

/** `result`: the payload holds this many float32 scores, then this many float32 features. */
export interface ResultHead {
  readonly inferenceMs: number;
  readonly probabilities: number;
  readonly features: number;
}

/** `failed` and `error`. */
export interface ErrorHead {
  readonly code: ErrorCode;
  readonly message: string;
}

export function errorToHead(error: unknown, otherwise: ErrorCode): ErrorHead {
  return { code: error instanceof FramewatchError ? error.code : otherwise, message: messageOf(error) };
}

export function errorFromHead(head: unknown): FramewatchError {
  const { code, message } = (head ?? {}) as Partial<Record<keyof ErrorHead, unknown>>;
  const known = ERROR_CODES.find((candidate) => candidate === code);
  const words = typeof message === 'string' ? message : 'the engine process reported an error without saying which';
  return new FramewatchError(known ?? 'ENGINE_PROTOCOL', words);
}
