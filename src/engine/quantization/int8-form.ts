import { constants, readFileSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../util/atomic-file.ts';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { SelfTest } from '../backend.ts';
import { checkCached, removeCached, writeCached } from '../models/model-cache.ts';
import { type ModelFolders, ownFolder } from '../models/model-store.ts';
import { sha256 } from '../models/sha256.ts';

/** What `models quantize` leaves beside the int8 graph. */
export interface Int8Record {
  readonly format: typeof FORMAT;
  /** Name of the converted float model that it was made of: it contains everything that shapes one. */
  readonly floatForm: string;
  /** Of the int8 graph, hex. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly writtenAt: string;
  /** What the float model says of drawn pictures. */
  readonly selfTest: SelfTest;
}

/** The int8 graph of a model, as it was found. `reason` is half a sentence. */
export type Int8Form =
  | { readonly state: 'ready'; readonly file: string; readonly sha256: string; readonly selfTest: SelfTest }
  | { readonly state: 'absent' | 'stale' | 'damaged'; readonly reason: string };

const FORMAT = 1;
const RECORD = 'int8.json';
const GRAPH_NAME = /^int8-[0-9a-f]{16}\.onnx$/;

/** How to get one, for a person. */
export function quantizeAdvice(name: string): string {
  return `\`framewatch models quantize ${name}\` makes one`;
}

/** Looks for the int8 graph of the model whose converted float form is called `floatForm`; reads all of it against its hash. Never throws. */
export async function findInt8(name: string, folders: Pick<ModelFolders, 'stateDir'>, floatForm: string): Promise<Int8Form> {
  const found = readInt8Record(name, folders, floatForm);
  if ('state' in found) return found;
  const file = graphFile(name, folders, found.sha256);
  const state = await checkCached(file, found.sha256);
  if (state === 'valid') return { state: 'ready', file, sha256: found.sha256, selfTest: found.selfTest };
  return { state: 'damaged', reason: `the int8 graph ${file} is ${state === 'absent' ? 'missing' : 'damaged'}` };
}

/** The record alone, when it is of this float form; else what `findInt8` would say. Never throws. */
export function readInt8Record(
  name: string,
  folders: Pick<ModelFolders, 'stateDir'>,
  floatForm: string,
): Int8Record | Exclude<Int8Form, { state: 'ready' }> {
  const file = join(ownFolder(name, folders), RECORD);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return isAbsent
      ? { state: 'absent', reason: `the model ${name} has no int8 form` }
      : { state: 'damaged', reason: `${file} cannot be read: ${messageOf(error)}` };
  }
  if (!isRecord(content)) return { state: 'damaged', reason: `${file} is damaged, or another version of the program wrote it` };
  if (content.floatForm !== floatForm)
    return { state: 'stale', reason: 'the int8 form was made of other weights, another manifest, or by another version of the converter' };
  return content;
}

/** Puts an int8 graph in place of an older one. A reader finds the old one or the new one; the record, which comes last, says which. Throws FramewatchError OUTPUT_UNWRITABLE, and leaves the old one then. */
export async function writeInt8(
  name: string,
  folders: Pick<ModelFolders, 'stateDir'>,
  graph: Uint8Array,
  facts: Pick<Int8Record, 'floatForm' | 'writtenAt' | 'selfTest'>,
): Promise<string> {
  const folder = ownFolder(name, folders);
  const record: Int8Record = { format: FORMAT, sha256: sha256(graph), ...facts };
  const file = graphFile(name, folders, record.sha256);
  try {
    await mkdir(folder, { recursive: true });
    await writeCached(file, graph);
    await writeFileAtomically(join(folder, RECORD), Buffer.from(`${JSON.stringify(record, null, 1)}\n`), 0o644);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
  await removeCached(folder, (other) => GRAPH_NAME.test(other) && join(folder, other) !== file);
  return file;
}

/** Finds out before the work whether its result can be kept. Throws FramewatchError OUTPUT_UNWRITABLE. */
export async function requireWritable(name: string, folders: Pick<ModelFolders, 'stateDir'>): Promise<void> {
  const folder = ownFolder(name, folders);
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw unwritable(folder, cause);
  }
}

function unwritable(folder: string, cause: unknown): FramewatchError {
  const advice = 'free some space, or make the folder writable (it lies in stateDir)';
  return new FramewatchError('OUTPUT_UNWRITABLE', `the int8 form cannot be kept in ${folder}: ${messageOf(cause)}; ${advice}`, { cause });
}

function graphFile(name: string, folders: Pick<ModelFolders, 'stateDir'>, hash: string): string {
  return join(ownFolder(name, folders), `int8-${hash.slice(0, 16)}.onnx`);
}

function isRecord(value: unknown): value is Int8Record {
  if (!isObject(value)) return false;
  const { format, floatForm, sha256: hash, writtenAt, selfTest } = value;
  return (
    format === FORMAT &&
    typeof floatForm === 'string' &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash) &&
    typeof writtenAt === 'string' &&
    isObject(selfTest) &&
    typeof selfTest['tolerance'] === 'number' &&
    Array.isArray(selfTest['pictures']) &&
    selfTest['pictures'].length > 0 &&
    selfTest['pictures'].every(isPicture)
  );
}

function isPicture(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { drawing, seed, expected } = value;
  return (
    typeof drawing === 'string' && typeof seed === 'number' && isObject(expected) && Object.values(expected).every((one) => typeof one === 'number')
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
