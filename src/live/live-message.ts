import type { ErrorCode } from '../util/errors.ts';

/** What a viewer can play, and wants. */
export interface LiveWish {
  /** Families of codecs that it plays by Media Source Extensions. */
  readonly codecs: ReadonlySet<string>;
  /** `jsmpeg`: that, whatever it could play; `auto`: the camera's own stream when it can. */
  readonly mode: 'auto' | 'jsmpeg';
}

export type LiveMode = 'mse' | 'jsmpeg';

/** The text frames of `/ws/live/:camera`, server to client. */
export type LiveMessage = InitMessage | TroubleMessage;

export type InitMessage =
  | { readonly type: 'init'; readonly mode: 'mse'; readonly codec: string; readonly width: number; readonly height: number; readonly epoch: number }
  | { readonly type: 'init'; readonly mode: 'jsmpeg'; readonly width: number; readonly height: number; readonly epoch: number };

/** `offline`: the camera is not there, or switched off; `error`: it cannot be shown. `nextTryAt`, ISO 8601: null when there is no next try by itself. */
export interface TroubleMessage {
  readonly type: 'offline' | 'error';
  readonly code: ErrorCode | 'CAMERA_DISABLED';
  /** For a person, redacted. */
  readonly message: string;
  readonly nextTryAt: string | null;
}

/** Which of the two forms a viewer gets of a stream of this family. */
export function modeFor(wish: LiveWish, family: string): LiveMode {
  return wish.mode === 'auto' && PASSED_ON.has(family) && wish.codecs.has(family) ? 'mse' : 'jsmpeg';
}

const PASSED_ON: ReadonlySet<string> = new Set(['avc1', 'hvc1']);

/** Faults of a camera that is away, as opposed to one that is there and cannot be shown. */
const AWAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['CAMERA_UNREACHABLE', 'CAMERA_UNKNOWN_HOST', 'CAMERA_STALLED', 'CAMERA_EXITED']);

export function troubleMessage(code: ErrorCode, message: string, nextTryAt: string | null): TroubleMessage {
  return { type: AWAY.has(code) ? 'offline' : 'error', code, message, nextTryAt };
}
