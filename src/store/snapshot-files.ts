import { access, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../util/atomic-file.ts';
import { FramewatchError } from '../util/errors.ts';
import type { PictureKind } from './picture-kind.ts';

/** Ids become file names; nothing but a ULID does. */
const EVENT_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Pictures of events, a JPEG file each. A reader sees a whole file or none. */
export class SnapshotFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Makes the directory and clears what a crash left half written. */
  async prepare(): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#directory)) if (name.endsWith('.tmp')) await rm(join(this.#directory, name), { force: true });
  }

  /** Atomic: written beside, synced, renamed. */
  async write(id: string, kind: PictureKind, jpeg: Uint8Array): Promise<void> {
    await writeFileAtomically(this.#fileOf(id, kind), jpeg, 0o600);
  }

  /** Null when there is none, or when `id` is no event's id. */
  async read(id: string, kind: PictureKind): Promise<Uint8Array | null> {
    if (!EVENT_ID.test(id)) return null;
    try {
      return await readFile(this.#fileOf(id, kind));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** False when there is none, or when `id` is no event's id. */
  async has(id: string, kind: PictureKind): Promise<boolean> {
    if (!EVENT_ID.test(id)) return false;
    try {
      await access(this.#fileOf(id, kind));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** All of the event. */
  async remove(id: string): Promise<void> {
    for (const kind of ['snapshot', 'strip'] as const) await rm(this.#fileOf(id, kind), { force: true });
  }

  #fileOf(id: string, kind: PictureKind): string {
    if (!EVENT_ID.test(id)) throw new FramewatchError('INTERNAL', `"${id}" is no event's id: a picture can only be kept for an event`);
    return join(this.#directory, kind === 'strip' ? `${id}.strip.jpg` : `${id}.jpg`);
  }
}
