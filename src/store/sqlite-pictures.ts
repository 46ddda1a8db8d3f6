import { join } from 'node:path';
import type { Clock } from '../util/clock.ts';
import { onDisk } from './on-disk.ts';
import type { PictureKind } from './picture-kind.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import type { StoreThread } from './store-thread.ts';

export interface SqlitePicturesParts {
  readonly stateDir: string;
  readonly thread: StoreThread;
  readonly clock: Clock;
}

/** Pictures of events: files that the database lists before they are written, so that none is without an owner. Throws FramewatchError STORE_UNAVAILABLE. */
export class SqlitePictures {
  readonly #parts: SqlitePicturesParts;
  readonly #files: SnapshotFiles;

  constructor(parts: SqlitePicturesParts) {
    this.#parts = parts;
    this.#files = new SnapshotFiles(join(parts.stateDir, 'snapshots'));
  }

  /** Makes the folder and clears what a crash left half written. */
  prepare(): Promise<void> {
    return onDisk(this.#parts.stateDir, () => this.#files.prepare());
  }

  async save(id: string, kind: PictureKind, jpeg: Uint8Array): Promise<void> {
    const { thread, clock, stateDir } = this.#parts;
    const register = (bytes: number) => thread.call('registerPicture', { id, kind, bytes, savedMs: clock.wallMs() });
    await register(jpeg.byteLength);
    try {
      await onDisk(stateDir, () => this.#files.write(id, kind, jpeg));
    } catch (error) {
      // Not written: it must not count as bytes on disk. On a broken disk this fails, too, and retention corrects it later.
      await register(0).catch(() => null);
      throw error;
    }
  }

  /** Null when there is none, or when `id` is no event's id. */
  load(id: string, kind: PictureKind): Promise<Uint8Array | null> {
    return onDisk(this.#parts.stateDir, () => this.#files.read(id, kind));
  }

  /** Which pictures of these events there are. The files are asked, not the list: after a crash it may name one that was never written. */
  kept(ids: readonly string[]): Promise<ReadonlyMap<string, readonly PictureKind[]>> {
    const found = async (id: string): Promise<readonly [string, readonly PictureKind[]]> => {
      const [hasSnapshot, hasStrip] = await Promise.all([this.#files.has(id, 'snapshot'), this.#files.has(id, 'strip')]);
      return [id, [...(hasSnapshot ? (['snapshot'] as const) : []), ...(hasStrip ? (['strip'] as const) : [])]];
    };
    return onDisk(this.#parts.stateDir, async () => new Map(await Promise.all(ids.map(found))));
  }

  /** All pictures of these events. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await onDisk(this.#parts.stateDir, async () => {
      for (const id of ids) await this.#files.remove(id);
    });
    await this.#parts.thread.call('forgetSnapshots', { ids });
  }
}
