import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the installed package: the same two levels above `src/cli` and `dist/cli`. */
export const packageRoot: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** Where the package's users find help; null while the package names no such place. */
export function packageHomepage(): string | null {
  const { homepage = null } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { homepage?: string };
  return homepage;
}
