import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeTrace } from '../../src/batching/trace-decoding.ts';
import { FramewatchError, messageOf } from '../../src/util/errors.ts';
import { compareScenarios, type Row, rowOf } from './comparison.ts';
import type { Contender } from './contender.ts';
import { recordedCosts } from './recorded-costs.ts';
import { recordedOutcome } from './recorded-outcome.ts';
import { recordedScenario } from './recorded-scenario.ts';

/** The row of what the daemon did itself while the trace was recorded. */
export const AS_RECORDED = 'as recorded';

const TRACES = path.resolve(import.meta.dirname, 'traces');

/** The recordings that belong to the project; see traces/README.md. */
export function committedTraces(): string[] {
  return readdirSync(TRACES)
    .filter((name) => name.endsWith('.ndjson'))
    .toSorted()
    .map((name) => path.join(TRACES, name));
}

/** All contenders on the arrivals of a recording, played `scale` times as fast; as it was, the daemon's own row comes first. Throws TRACE_INVALID. */
export async function replay(file: string, scale: number, contenders: readonly Contender[], seeds: readonly number[]): Promise<Row[]> {
  const trace = decodeTrace(textOf(file), file);
  if (!trace.records.some(({ kind }) => kind === 'frame')) {
    throw new FramewatchError('TRACE_INVALID', `${file}: no frame came while it was recorded`);
  }
  const how = { name: `trace ${path.basename(file, '.ndjson')}`, trace, curve: recordedCosts(trace), scale };
  const scenarios = seeds.map((seed) => recordedScenario(how, seed));
  const rows = await compareScenarios(scenarios, contenders);
  const [one] = scenarios;
  const [row] = rows;
  if (scale !== 1 || one === undefined || row === undefined) return rows;
  const { boundShare, unforeseenShare } = row;
  return [...rowOf([one], AS_RECORDED, [recordedOutcome(trace, one)], { boundShare, unforeseenShare }), ...rows];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FramewatchError('TRACE_INVALID', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
