import type { Frame } from '../stream/frame.ts';
import type { PictureMemory } from '../stream/picture-memory.ts';
import type { Picture } from './monitor-view.ts';

/** The newest judged frame of each camera, as JPEG for those who ask: encoded once a frame whatever the number of askers. */
export class NewestPictures {
  readonly #memory: Pick<PictureMemory, 'hold' | 'release' | 'keep'>;
  readonly #encode: (frame: Frame) => Promise<Uint8Array>;
  readonly #newest = new Map<string, { readonly frame: Frame; jpeg: Promise<Uint8Array> | null }>();

  constructor(memory: Pick<PictureMemory, 'hold' | 'release' | 'keep'>, encode: (frame: Frame) => Promise<Uint8Array>) {
    this.#memory = memory;
    this.#encode = encode;
  }

  /** Costs nothing until somebody asks. An older frame than the newest is ignored. Holds one frame a camera. */
  offer(frame: Frame): void {
    const newest = this.#newest.get(frame.cameraId);
    if (newest && newest.frame.sequence >= frame.sequence) return;
    this.#memory.hold(frame.pixels);
    this.forget(frame.cameraId);
    this.#newest.set(frame.cameraId, { frame, jpeg: null });
  }

  /** Of a camera that is gone. */
  forget(cameraId: string): void {
    const newest = this.#newest.get(cameraId);
    if (newest) this.#memory.release(newest.frame.pixels);
    this.#newest.delete(cameraId);
  }

  /** Of this very frame: shared with the others who want it, as long as it is the newest. It must be kept. Rejects when it cannot be encoded. */
  async pictureOf(frame: Frame): Promise<Uint8Array> {
    const newest = await this.picture(frame.cameraId);
    return newest?.frameSequence === frame.sequence ? newest.jpeg : this.#encode(frame);
  }

  /** Rejects when the picture cannot be encoded; the next call tries again. */
  async picture(cameraId: string): Promise<Picture | null> {
    const newest = this.#newest.get(cameraId);
    if (!newest) return null;
    // A newer frame may take its place while it is encoded.
    this.#memory.keep(newest.frame.pixels);
    newest.jpeg ??= this.#encode(newest.frame);
    try {
      return { frameSequence: newest.frame.sequence, jpeg: await newest.jpeg };
    } catch (error) {
      newest.jpeg = null;
      throw error;
    }
  }
}
