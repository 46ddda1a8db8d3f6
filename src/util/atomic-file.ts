import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Of a name, in that of its temporary file: whatever stands in it, both fit into the 255 bytes that a name may have. */
const KEPT_CHARACTERS = 64;

/**
 * Replaces `file` so that a reader sees the old one or the whole new one: a temporary file beside it (`.NAME.….tmp`), fsync, rename. Several processes may do so
 * at once. Whether the rename itself survives a power cut is the caller's to ensure (fsync of the folder). Throws what the disk says, and leaves nothing then.
 */
export async function writeFileAtomically(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file).slice(0, KEPT_CHARACTERS)}.${process.pid}-${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
