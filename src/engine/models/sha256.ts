import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { FramewatchError } from '../../util/errors.ts';

/** Hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hex, of a file of any size. Throws what the disk says. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Throws FramewatchError MODEL_HASH_MISMATCH with both hashes. `what` has them, `where` it lies. */
export function requireSha256(what: string, actual: string, expected: string, where: string): void {
  if (actual === expected) return;
  throw new FramewatchError(
    'MODEL_HASH_MISMATCH',
    `${where}: the SHA-256 of the ${what} is ${actual}, the manifest wants ${expected}: the files are damaged or of another version; ` +
      'install or pull the model again',
  );
}
