import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FramewatchError } from '../../util/errors.ts';
import type { Resumption } from './http-source.ts';
import { sha256OfFile } from './sha256.ts';

/** Lock files of this process: in a container every process has the same pid, the one that was killed had it too. */
const held = new Set<string>();

/**
 * A file on its way: `FILE.part`, and in `FILE.part.json` where it comes from, so that a later try can go on where this one ends. Only one process at a time
 * writes it (`FILE.part.lock` holds its pid).
 */
export class PartFile {
  readonly target: string;
  #handle: FileHandle | undefined;
  #length = 0;

  private constructor(target: string) {
    this.target = target;
  }

  /** Throws FramewatchError MODEL_DOWNLOAD_FAILED when another process is at it, and what the disk says. */
  static async open(target: string): Promise<PartFile> {
    await mkdir(dirname(target), { recursive: true });
    await lock(`${target}.part.lock`);
    const part = new PartFile(target);
    part.#length = await stat(part.#file).then(
      ({ size }) => size,
      () => 0,
    );
    return part;
  }

  /** Bytes that are there. */
  get length(): number {
    return this.#length;
  }

  /** How a download of `source` can go on; null when it must begin anew. */
  async resumption(source: string): Promise<Resumption | null> {
    if (this.#length === 0) return null;
    try {
      const record: unknown = JSON.parse(await readFile(this.#record, 'utf8'));
      const { source: before, validator } = record as { readonly source?: unknown; readonly validator?: unknown };
      return before === source && typeof validator === 'string' ? { offset: this.#length, validator } : null;
    } catch {
      return null;
    }
  }

  /** What comes next is written from `offset` on: 0, or all that is there. */
  async begin(source: string, offset: number, validator: string | null): Promise<void> {
    await this.pause();
    this.#handle = await open(this.#file, offset === 0 ? 'w' : 'r+');
    this.#length = offset;
    await writeFile(this.#record, JSON.stringify({ source, validator }));
  }

  async append(bytes: Uint8Array): Promise<void> {
    // A disk that gets full takes a part of the bytes first, and says so at the next.
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = (await this.#handle?.write(bytes, done, bytes.length - done, this.#length)) ?? { bytesWritten: bytes.length };
      done += bytesWritten;
      this.#length += bytesWritten;
    }
  }

  /** What came so far lies on the disk, and can be gone on with. */
  async pause(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    if (handle === undefined) return;
    await handle.sync();
    await handle.close();
  }

  sha256(): Promise<string> {
    return sha256OfFile(this.#file);
  }

  /** The part is the file: it takes the place of what was there. */
  async finish(): Promise<void> {
    await this.pause();
    await rename(this.#file, this.target);
    await rm(this.#record, { force: true });
    const folder = await open(dirname(this.target), 'r');
    await folder.sync().finally(() => folder.close());
  }

  async discard(): Promise<void> {
    await this.pause();
    this.#length = 0;
    await rm(this.#file, { force: true });
    await rm(this.#record, { force: true });
  }

  /** Lets other processes at it. */
  async close(): Promise<void> {
    await this.pause();
    await rm(`${this.target}.part.lock`, { force: true });
    held.delete(`${this.target}.part.lock`);
  }

  get #file(): string {
    return `${this.target}.part`;
  }

  get #record(): string {
    return `${this.target}.part.json`;
  }
}

/** A lock whose process is gone is nobody's. */
async function lock(file: string): Promise<void> {
  for (const lastTry of [false, true]) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      held.add(file);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = Number(await readFile(file, 'utf8').catch(() => ''));
      if (lastTry || (holder === process.pid ? held.has(file) : isAlive(holder)))
        throw new FramewatchError('MODEL_DOWNLOAD_FAILED', `process ${holder} is downloading the same file; if it is not, delete ${file}`, {
          cause: error,
        });
      await rm(file, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
