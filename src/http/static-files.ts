import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
};
/** As the bundler names what it makes. */
const HASHED = /^\/assets\/.+-[\w-]{8}\.\w+$/;

export interface StaticFile {
  readonly type: string;
  readonly etag: string;
  /** Its name holds a hash of what is in it: whoever has it never has to ask again. */
  readonly immutable: boolean;
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same, compressed; null where that saves nothing. */
  readonly gzip: Uint8Array<ArrayBuffer> | null;
}

/**
 * The dashboard's files by the path of their URL (`/assets/index-….js`), read once: a request only looks up a map, so no path of a request ever reaches
 * the file system. Other kinds of files (source maps) are left out. Empty when the folder is not there.
 */
export async function loadStaticFiles(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for (const entry of await entriesOf(folder)) {
    const file = path.join(entry.parentPath, entry.name);
    const type = TYPES[path.extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const body = Uint8Array.from(await readFile(file));
    const etag = etagOf(body);
    const name = `/${path.relative(folder, file).split(path.sep).join('/')}`;
    files.set(name, { type, etag, immutable: HASHED.test(name), body, gzip: await compressed(body) });
  }
  return files;
}

/** Of what is in it. */
export function etagOf(body: Uint8Array): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
}

async function compressed(body: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  const smaller = Uint8Array.from(await promisify(gzip)(body));
  return smaller.length < body.length ? smaller : null;
}

/** The files that a page names in its head and its markup: what a browser asks for to show it. */
export function filesNamedBy(page: StaticFile | undefined, files: ReadonlyMap<string, StaticFile>): ReadonlySet<string> {
  const named = new Set<string>();
  if (!page) return named;
  for (const [, name = ''] of new TextDecoder().decode(page.body).matchAll(/(?:src|href)="([^"]+)"/g)) if (files.has(name)) named.add(name);
  return named;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
