/** Codes a camera's passthrough anew, for JSMpeg: one child, from `start` until it has ended. */
export interface Transcoder {
  /** Settles when the child is gone; rejects with FramewatchError LIVE_TRANSCODER_FAILED when it ends without having been told to. `onBytes` gets MPEG-TS. */
  run(signal: AbortSignal, onBytes: (bytes: Uint8Array) => void): Promise<void>;
  /** The next bytes of the MP4. False: too much waits for the child already, and these are not taken. */
  write(bytes: Uint8Array): boolean;
}

/** From the camera's size of picture to that of `transcodedSize`. */
export type TranscoderFactory = (cameraId: string, from: PictureSize, to: PictureSize) => Transcoder;

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** JSMpeg decodes in JavaScript: more than this is more than a browser's one thread does. */
const WIDEST = 1280;

/** The size in which JSMpeg is served pictures of this size: no wider than 1,280, both numbers even. */
export function transcodedSize({ width, height }: PictureSize): PictureSize {
  const to = Math.min(WIDEST, width - (width % 2));
  return { width: to, height: Math.max(2, 2 * Math.round((height * to) / width / 2)) };
}
