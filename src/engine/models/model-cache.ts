import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../../util/atomic-file.ts';
import { sha256, sha256OfFile } from './sha256.ts';

/** A temporary file that nobody has touched for so long belongs to a process that is gone. */
const ABANDONED_AFTER_MS = 3_600_000;

/** What `checkCached` found. */
export type CacheState = 'valid' | 'absent' | 'corrupted';

/** Whether `file` is what was written: its SHA-256 must be the one in `<file>.sha256`, and `known`, where that is given. Reads the whole file. */
export async function checkCached(file: string, known?: string): Promise<CacheState> {
  const expected = await readFile(hashFileOf(file), 'utf8').catch(() => null);
  const actual = await sha256OfFile(file).catch(() => null);
  if (actual === null) return 'absent';
  return expected?.trim() === actual && (known ?? actual) === actual ? 'valid' : 'corrupted';
}

/**
 * Puts a file into the cache so that no reader ever sees half of it: temporary file, fsync, rename, fsync of the folder; the hash
 * goes before it the same way, so that a whole file never lacks its hash. Two processes may do so at once: their temporary files differ, what they write is the same, and each
 * rename replaces a whole file by a whole file.
 */
export async function writeCached(file: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const isNew = await stat(file).then(
    () => false,
    () => true,
  );
  await replaceFile(hashFileOf(file), Buffer.from(`${sha256(bytes)}\n`));
  try {
    await replaceFile(file, bytes);
  } catch (error) {
    if (isNew) await rm(hashFileOf(file), { force: true });
    throw error;
  }
}

/** Removes the cached files whose name `isOld`, with their hashes; gives their names. A process that has one open goes on with it. Never fails: they only cost space. */
export async function removeCached(folder: string, isOld: (name: string) => boolean): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const removed: string[] = [];
  for (const name of names.filter(isOld)) {
    const file = join(folder, name);
    const gone = await Promise.all([rm(file, { force: true }), rm(hashFileOf(file), { force: true })]).then(
      () => true,
      () => false,
    );
    if (gone) removed.push(name);
  }
  return removed;
}

function hashFileOf(file: string): string {
  return `${file}.sha256`;
}

async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await writeFileAtomically(file, bytes, 0o644);
  await syncFolder(dirname(file));
}

/** Makes the rename itself last through a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  const oldest = Date.now() - ABANDONED_AFTER_MS;
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.tmp')) continue;
    const file = join(folder, name);
    const modified = await stat(file).then(
      (found) => found.mtimeMs,
      () => oldest,
    );
    if (modified < oldest) await rm(file, { force: true });
  }
}
