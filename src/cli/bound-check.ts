import { infeasibleInWords, smallestBound } from '../batching/smallest-bound.ts';
import type { Config } from '../config/config.ts';
import type { Place, Problem } from '../config/problem.ts';
import { costFileOf, readCostFile } from '../engine/costs/cost-file.ts';
import { askedEngine, type CostRecord, type FoundCosts, findCosts, recordedCosts } from '../engine/costs/cost-record.ts';
import { int8HashOf } from '../engine/models/model-preparation.ts';
import { readManifest } from '../engine/models/model-store.ts';
import { machineName } from '../util/machine.ts';

/** How the bounds of a configuration stand to what its last daemon measured. */
export interface BoundCheck {
  readonly costs: CheckedCosts;
  /** One for each enabled camera whose bound cannot be kept, where it stands. */
  readonly warnings: readonly Problem[];
}

export interface CheckedCosts {
  readonly file: string;
  /** `absent`: no daemon has run yet. `ignored`: what is there is not of this configuration and machine, or damaged. */
  readonly state: 'used' | 'absent' | 'ignored';
  /** A sentence for a person: where the figure comes from, or why there is none. */
  readonly message: string;
  /** Null unless used. */
  readonly measured:
    | (Pick<CostRecord, 'measuredAt' | 'from' | 'machine' | 'ran' | 'batchSizes' | 'costMs'> & { readonly smallestBoundMs: number })
    | null;
}

/** Holds each camera's bound against the costs that a daemon of this configuration left in `stateDir`. Throws MODEL_* when the model has gone meanwhile. */
export function checkBounds(config: Config, places: ReadonlyMap<string, Place>): BoundCheck {
  const file = costFileOf(config.stateDir);
  const read = readCostFile(file);
  if (read.state === 'absent') {
    const message = 'what a batch costs here is not known yet: once the daemon has run, check says which bounds cannot be kept';
    return { costs: { file, state: 'absent', message, measured: null }, warnings: [] };
  }
  const found: FoundCosts = read.state === 'read' ? findCosts(read.records, keyOf(config)) : { record: null, reason: read.reason };
  if (found.record === null) {
    const message = `what a batch costs here is not known: ${file} is ignored, ${found.reason}; the daemon writes it anew when it starts`;
    return { costs: { file, state: 'ignored', message, measured: null }, warnings: [] };
  }
  return { costs: usedCosts(file, found.record), warnings: warningsOf(config, found.record, places) };
}

function keyOf({ model, modelsDir, stateDir, engine, batching }: Config): Parameters<typeof findCosts>[1] {
  const folders = { modelsDir, stateDir };
  const { weightsSha256 } = readManifest(model, folders);
  const int8 = int8HashOf(model, folders, engine.precision);
  return { machine: machineName(), sha256: weightsSha256, int8, asked: askedEngine(engine, batching.allowedBatchSizes) };
}

function usedCosts(file: string, record: CostRecord): CheckedCosts {
  const { measuredAt, from, machine, ran, batchSizes, costMs } = record;
  const smallestBoundMs = Math.round(smallestBound(recordedCosts(record), 1, 0).total * 10) / 10;
  const when = from === 'warmUp' ? 'when the engine started' : 'while it ran';
  const message =
    `bounds below ${Math.round(smallestBoundMs)} ms cannot be kept here, and decoding comes on top: measured ${measuredAt} ${when}, ` +
    `on ${ran.backend} ${ran.device} ${ran.precision} (${machine}); from ${file}`;
  return { file, state: 'used', message, measured: { measuredAt, from, machine, ran, batchSizes, costMs, smallestBoundMs } };
}

function warningsOf(config: Config, record: CostRecord, places: ReadonlyMap<string, Place>): Problem[] {
  return config.cameras.flatMap(({ id, enabled, maxLatencyMs, regions }) => {
    const needed = smallestBound(recordedCosts(record), regions.length, 0);
    if (!enabled || needed.total <= maxLatencyMs) return [];
    const { path, line, column } = places.get(id) ?? { path: `cameras.${id}`, line: null, column: null };
    const message = `${id}: ${infeasibleInWords(needed, maxLatencyMs, regions.length)}`;
    return [{ code: 'BOUND_INFEASIBLE', file: config.file ?? '<embedded>', line, column, path, message, suggestion: null }];
  });
}
