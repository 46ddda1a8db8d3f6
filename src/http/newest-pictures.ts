import type { Frame } from '../stream/frame.ts';
import type { Picture } from './monitor-view.ts';

/** The newest judged frame of each camera, as JPEG for those who ask: encoded once a frame whatever the number of askers. */
export class NewestPictures {
  readonly #encode: (frame: Frame) => Promise<Uint8Array>;
  readonly #newest = new Map<string, { readonly frame: Frame; jpeg: Promise<Uint8Array> | null }>();

  constructor(encode: (frame: Frame) => Promise<Uint8Array>) {
    this.#encode = encode;
  }

  /** Costs nothing until somebody asks. An older frame than the newest is ignored. Holds one frame a camera. */
  offer(frame: Frame): void {
    const newest = this.#newest.get(frame.cameraId);
    if (newest && newest.frame.sequence >= frame.sequence) return;
    this.#newest.set(frame.cameraId, { frame, jpeg: null });
  }

  /** Of a camera that is gone. */
  forget(cameraId: string): void {
    this.#newest.delete(cameraId);
  }

  /** Rejects when the picture cannot be encoded; the next call tries again. */
  async picture(cameraId: string): Promise<Picture | null> {
    const newest = this.#newest.get(cameraId);
    if (!newest) return null;
    newest.jpeg ??= this.#encode(newest.frame);
    try {
      return { frameSequence: newest.frame.sequence, jpeg: await newest.jpeg };
    } catch (error) {
      newest.jpeg = null;
      throw error;
    }
  }
}
