import type { CameraConfig } from '../config/config.ts';

/** How frames are chosen; `auto` has been resolved. */
export type DecodeMode = 'all' | 'keyframes';

/**
 * One attempt to read a camera. `run` resolves only after `signal` aborted; in every other case it rejects with a
 * FramewatchError that says why the stream ended. When it settles nothing of it is left: no child, no descriptor, no timer.
 * It never retries: that is the supervisor's work. `run` may be called once.
 */
export interface FrameSource {
  run(signal: AbortSignal, listener: SourceListener): Promise<void>;
}

/** Called synchronously, in order, never after `run` settled. None of them may throw or block. */
export interface SourceListener {
  /** A connection is begun, the first or another. For up to `allowanceMs` after it the stream is looked at, and nothing comes although all is well. */
  onOpening(allowanceMs: number): void;
  /** What the stream says of itself, before its first packet. */
  onStream(stream: StreamFacts): void;
  /** Every packet of the video stream, decoded or not: what the stall watchdog and the measurements live on. */
  onPacket(packet: SourcePacket): void;
  /** A sampled picture. `pixels` is the receiver's to hold; see picture-memory.ts. */
  onFrame(frame: SourceFrame): void;
  /** Pictures that came incomplete or of impossible size, and were dropped. */
  onInvalid(frames: number): void;
}

export interface StreamFacts {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

export interface SourcePacket {
  /** Monotonic ms. */
  readonly arrivedMono: number;
  readonly isKey: boolean;
  readonly bytes: number;
}

export interface SourceFrame {
  /** Arrival of the packet that carries the picture, monotonic ms. An estimate when `arrivalKnown` is false. */
  readonly receivedMono: number;
  readonly arrivalKnown: boolean;
  /** When the whole picture had left the decoder, monotonic ms. */
  readonly decodedMono: number;
  readonly width: number;
  readonly height: number;
  /** RGB24, `width × height × 3` bytes. */
  readonly pixels: Uint8Array;
}

/** Makes a source for one attempt; cheap, starts nothing. */
export type SourceFactory = (camera: CameraConfig, decode: DecodeMode) => FrameSource;
