import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../util/atomic-file.ts';
import { messageOf } from '../../util/errors.ts';
import { type CostRecord, remembered } from './cost-record.ts';

const FILE = 'batch-costs.json';
const FORMAT = 2;
const LARGEST_BYTES = 256 * 1024;
const LONGEST_MS = 600_000;

/** `absent`: nothing was measured yet. `unusable`: it is ignored, and why. */
export type CostFile =
  | { readonly state: 'read'; readonly records: readonly CostRecord[] }
  | { readonly state: 'absent' }
  | { readonly state: 'unusable'; readonly reason: string };

/** Where a daemon keeps what batches cost it. It may be deleted at any time. */
export function costFileOf(stateDir: string): string {
  return join(stateDir, FILE);
}

/** Never throws: what is in the way of a hint is no fault. */
export function readCostFile(file: string): CostFile {
  let text: string;
  try {
    if (statSync(file).size > LARGEST_BYTES) return { state: 'unusable', reason: 'it is far too large' };
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return isAbsent(error) ? { state: 'absent' } : { state: 'unusable', reason: `it cannot be read: ${messageOf(error)}` };
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { state: 'unusable', reason: 'it is damaged' };
  }
  if (!isObject(content) || typeof content['format'] !== 'number') return { state: 'unusable', reason: 'it is damaged' };
  if (content['format'] !== FORMAT) return { state: 'unusable', reason: 'another version of the program wrote it' };
  const { records } = content;
  if (!Array.isArray(records) || !records.every(isRecord)) return { state: 'unusable', reason: 'it is damaged' };
  return { state: 'read', records };
}

/** Adds `record`, in place of an older one of the same engine. Throws what the disk says. */
export async function saveCosts(file: string, record: CostRecord): Promise<void> {
  const before = readCostFile(file);
  const records = remembered(before.state === 'read' ? before.records : [], record);
  await writeFileAtomically(file, Buffer.from(`${JSON.stringify({ format: FORMAT, records }, null, 1)}\n`), 0o600);
}

function isAbsent(error: unknown): boolean {
  return isObject(error) && (error['code'] === 'ENOENT' || error['code'] === 'ENOTDIR');
}

function isRecord(value: unknown): value is CostRecord {
  if (!isObject(value)) return false;
  const { measuredAt, from, machine, sha256, int8, asked, ran, batchSizes, costMs, preprocessMs, overheadMs } = value;
  return (
    isTime(measuredAt) &&
    (from === 'warmUp' || from === 'running') &&
    [machine, sha256].every((text) => typeof text === 'string') &&
    (int8 === null || typeof int8 === 'string') &&
    isObject(asked) &&
    isObject(ran) &&
    [ran['model'], ran['backend'], ran['device'], ran['precision']].every((text) => typeof text === 'string') &&
    isLadder(batchSizes) &&
    Array.isArray(costMs) &&
    costMs.length === batchSizes.length &&
    costMs.every(isDuration) &&
    [preprocessMs, overheadMs].every(isDuration)
  );
}

function isLadder(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.length > 0 && value.every((size, index) => Number.isInteger(size) && size > (index === 0 ? 0 : value[index - 1]))
  );
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < LONGEST_MS;
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
