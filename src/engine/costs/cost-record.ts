import { isDeepStrictEqual } from 'node:util';
import type { BatchCosts } from '../../batching/smallest-bound.ts';
import type { EngineConfig } from '../../config/config.ts';
import type { EngineInfo } from '../engine.ts';

/** What the configuration asks of the engine, as far as it decides what batches cost. */
export interface AskedEngine extends EngineConfig {
  readonly batchSizes: readonly number[];
}

/** What batches cost on one machine, and all that this depends on. Durations in ms, 95th percentiles. */
export interface CostRecord {
  /** ISO 8601. */
  readonly measuredAt: string;
  /** By the engine before its first frame, or by the batches of the running daemon. */
  readonly from: 'warmUp' | 'running';
  readonly machine: string;
  readonly sha256: string;
  /** Of the model's int8 form, where the engine may take it (`precision` auto or int8); null when there is none. */
  readonly int8: string | null;
  readonly asked: AskedEngine;
  /** What came of it. */
  readonly ran: Pick<EngineInfo, 'model' | 'backend' | 'device' | 'precision' | 'threads'>;
  /** The sizes that fit in memory, ascending. */
  readonly batchSizes: readonly number[];
  /** A batch of each of them, in the same order. */
  readonly costMs: readonly number[];
  /** One picture. */
  readonly preprocessMs: number;
  readonly overheadMs: number;
}

/** What the next start will run on, as far as it is known without starting. */
export type CostKey = Pick<CostRecord, 'machine' | 'sha256' | 'int8' | 'asked'>;

export type FoundCosts = { readonly record: CostRecord } | { readonly record: null; readonly reason: string };

/** Engines, models and machines that are tried out in turn. */
const MOST_RECORDS = 8;

export function askedEngine(engine: EngineConfig, batchSizes: readonly number[]): AskedEngine {
  const { backend, device, onUnavailable, precision, threads } = engine;
  return { backend, device, onUnavailable, precision, threads, batchSizes };
}

export function costRecord(key: CostKey, info: EngineInfo, costs: BatchCosts, from: CostRecord['from'], measuredAt: string): CostRecord {
  const { model, backend, device, precision, threads } = info;
  const { machine, sha256, int8, asked } = key;
  const batchSizes = [...costs.ladder];
  return {
    ...{ measuredAt, from, machine, sha256, int8, asked, ran: { model, backend, device, precision, threads }, batchSizes },
    costMs: batchSizes.map((size) => costs.safeMs(size)),
    preprocessMs: costs.preprocessMs(1),
    overheadMs: costs.overheadMs,
  };
}

/** `records` with `record` in place of the one that it renews, newest first; the oldest are forgotten. */
export function remembered(records: readonly CostRecord[], record: CostRecord): CostRecord[] {
  return [record, ...records.filter((other) => !isDeepStrictEqual(identityOf(other), identityOf(record)))].slice(0, MOST_RECORDS);
}

/** The newest record that fits `wanted`, or what is different about those that there are. */
export function findCosts(records: readonly CostRecord[], wanted: CostKey): FoundCosts {
  const newest = records.toSorted((a, b) => (a.measuredAt < b.measuredAt ? 1 : -1));
  const record = newest.find((one) => differenceOf(one, wanted) === null);
  if (record) return { record };
  const [last] = newest;
  return { record: null, reason: last ? (differenceOf(last, wanted) ?? '') : 'it is empty' };
}

/** The costs as the scheduler would know them. */
export function recordedCosts({ batchSizes, costMs, preprocessMs, overheadMs }: CostRecord): BatchCosts {
  return {
    ladder: batchSizes,
    safeMs: (size) => costMs[batchSizes.indexOf(size)] ?? Number.POSITIVE_INFINITY,
    preprocessMs: (count) => preprocessMs * count,
    overheadMs,
  };
}

function identityOf({ machine, sha256, int8, asked, ran, batchSizes }: CostRecord): object {
  return { machine, sha256, int8, asked, ran, batchSizes };
}

function differenceOf({ machine, sha256, int8, asked, ran }: CostRecord, wanted: CostKey): string | null {
  if (machine !== wanted.machine) return `it was measured on another machine (${machine})`;
  if (sha256 !== wanted.sha256) return `it was measured with another model (${ran.model} ${sha256.slice(0, 12)})`;
  if (!isDeepStrictEqual(asked, wanted.asked)) return 'it was measured with other settings of engine or batching.allowedBatchSizes';
  if (int8 !== wanted.int8) return `it was measured with ${int8 === null ? 'no' : 'another'} int8 form of the model`;
  return null;
}
