import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../util/errors.ts';
import { type ConfigResult, type ConfigSurroundings, parseConfig } from './parse.ts';
import type { Problem } from './problem.ts';
import type { Environment } from './substitution.ts';

export interface LoadOptions extends ConfigSurroundings {
  /** Relative ones start at `cwd`. */
  readonly file: string;
}

const LARGEST_FILE_BYTES = 1024 * 1024;
const WORLD_READABLE = 0o004;

/** Reads and checks a configuration file. Bad input of every kind is a value; nothing is thrown for it. */
export function loadConfig(options: LoadOptions): ConfigResult {
  const file = resolve(options.cwd, options.file);
  const refuse = (code: Problem['code'], message: string, suggestion: string): ConfigResult => ({
    ok: false,
    errors: [{ code, file, line: null, column: null, path: '', message, suggestion }],
  });
  let content: FileContent;
  try {
    content = readLimited(file);
  } catch (error) {
    return refuse('CONFIG_NOT_FOUND', `the configuration cannot be read: ${messageOf(error)}`, 'start from config/framewatch.example.yaml');
  }
  if (content.bytes.length > LARGEST_FILE_BYTES) return refuse('CONFIG_TOO_LARGE', 'the file is too large', 'at most 1 MiB');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content.bytes);
  } catch {
    return refuse('CONFIG_INVALID', 'the file is not a text', 'YAML in UTF-8');
  }
  const { env, packageRoot, cwd, modelFacts, redactor } = options;
  return parseConfig(text, {
    env,
    packageRoot,
    cwd,
    modelFacts,
    redactor,
    file,
    folder: dirname(file),
    worldReadable: content.worldReadable,
    checksFiles: true,
  });
}

interface FileContent {
  readonly bytes: Uint8Array;
  readonly worldReadable: boolean;
}

/** At most one byte more than is allowed, whatever the file's size says (a device has none). */
function readLimited(file: string): FileContent {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(LARGEST_FILE_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    return { bytes: buffer.subarray(0, length), worldReadable: (fstatSync(descriptor).mode & WORLD_READABLE) !== 0 };
  } finally {
    closeSync(descriptor);
  }
}

export type ConfigLocation = { readonly ok: true; readonly file: string } | { readonly ok: false; readonly error: Problem };

const SYSTEM_FILE = '/etc/framewatch/framewatch.yaml';

/** Which file to load: the flag's, `$FRAMEWATCH_CONFIG`, `./config/framewatch.yaml`, `/etc/framewatch/framewatch.yaml`. The first two need not exist to be chosen. */
export function findConfigFile(options: { readonly flag?: string | undefined; readonly env: Environment; readonly cwd: string }): ConfigLocation {
  const named = options.flag ?? (options.env['FRAMEWATCH_CONFIG'] || undefined);
  if (named !== undefined) return { ok: true, file: resolve(options.cwd, named) };
  const usual = join(options.cwd, 'config', 'framewatch.yaml');
  const found = [usual, SYSTEM_FILE].find((file) => existsSync(file));
  if (found !== undefined) return { ok: true, file: found };
  const message = `there is no configuration: neither ${usual} nor ${SYSTEM_FILE} exists`;
  const suggestion = 'copy config/framewatch.example.yaml to config/framewatch.yaml, or give --config FILE';
  return { ok: false, error: { code: 'CONFIG_NOT_FOUND', file: usual, line: null, column: null, path: '', message, suggestion } };
}
