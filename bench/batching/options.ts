import { parseArgs } from 'node:util';
import { REPORT_SEEDS, TUNING_SEEDS } from './recipes.ts';

export interface Options {
  /** One JSON document in place of the table. */
  readonly json: boolean;
  /** Only `deadline` and `eager`. */
  readonly quick: boolean;
  /** Engines without noise and standstills: what is left of the misses is the policy's, or nobody's. */
  readonly calm: boolean;
  readonly seeds: readonly number[];
  /** Only scenarios whose `NAME CURVE LOAD` holds this text. */
  readonly only: string | null;
  /** Only this recording. */
  readonly trace: string | null;
  /** How many times as fast the recordings are played; each is played once for each. */
  readonly scales: readonly number[];
  /** Where to draw the policies against the load. */
  readonly chart: string | null;
  /** A page whose generated part is written anew. */
  readonly docs: string | null;
}

export const USAGE = `npm run bench:batching -- [options]

  --json            one JSON document on standard output
  --quick           only the policies deadline and eager
  --calm            engines without noise and standstills
  --seed N          one seed in place of the three of the report
  --tuning          the seeds that policies were chosen with
  --only TEXT       only scenarios whose "name curve load" holds TEXT
  --trace FILE      only this recording of real cameras (framewatch run --record-trace FILE)
  --scale X         play recordings X times as fast: at which load would bounds be missed?
  --chart FILE.svg  draw the policies against the load
  --docs FILE.md    write the generated part of a page anew
`;

/** As they came, and a fifth faster. */
const REPORTED_SCALES: readonly number[] = [1, 1.2];

/** Throws an error with one line for whoever typed it. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      calm: { type: 'boolean', default: false },
      tuning: { type: 'boolean', default: false },
      seed: { type: 'string' },
      only: { type: 'string' },
      trace: { type: 'string' },
      scale: { type: 'string' },
      chart: { type: 'string' },
      docs: { type: 'string' },
    },
  });
  const { json, quick, calm, seed, tuning, only = null, trace = null, chart = null, docs = null } = values;
  const scale = Number(values.scale ?? 1);
  if (!(scale > 0 && scale <= 1_000)) throw new Error('--scale needs a number above 0, at most 1000');
  const one = Number(seed);
  if (seed !== undefined && !(Number.isSafeInteger(one) && one >= 0)) throw new Error('--seed needs a whole number');
  if (docs !== null && (quick || calm || only !== null || trace !== null || values.scale !== undefined || seed !== undefined || tuning))
    throw new Error('--docs writes the whole table: leave out what narrows it');
  const scales = trace === null && values.scale === undefined ? REPORTED_SCALES : [scale];
  const reported = tuning ? TUNING_SEEDS : REPORT_SEEDS;
  return { json, quick, calm, seeds: seed === undefined ? reported : [one], only, trace, scales, chart, docs };
}
