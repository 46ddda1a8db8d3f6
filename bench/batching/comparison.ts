import type { DropReason } from '../../src/batching/batch.ts';
import { quantile } from '../../src/util/percentile.ts';
import { clairvoyantBound, type Standstills } from './clairvoyant.ts';
import type { Contender } from './contender.ts';
import { undelayed } from './cost-curve.ts';
import { type Recipe, type Scenario, scenarioOf } from './scenario.ts';
import { type Outcome, simulate } from './simulate.ts';

/** One policy in one kind of world, all seeds together. Shares are 0…1. */
export interface Row {
  readonly scenario: string;
  readonly curve: string;
  readonly load: number;
  readonly cameras: number;
  readonly policy: string;
  readonly offered: number;
  readonly throughput: number;
  readonly missed: number;
  readonly missedShare: number;
  /** No policy can miss less, even if it knew when the machine will stand still; null: not computed (more is asked than can be done). */
  readonly boundShare: number | null;
  /** The same without that knowledge, on average; null: not computed. */
  readonly unforeseenShare: number | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly longestUnservedMs: number;
  readonly meanBatch: number;
  /** The least that any camera got of its fair share, with any seed. */
  readonly lowestShare: number;
  readonly engineBusy: number;
  readonly mostHeld: number;
  readonly drops: Readonly<Partial<Record<DropReason, number>>>;
}

/** Above this load frames must be missed, and how many is a question of fairness. */
const BOUND_UP_TO_LOAD = 0.95;
/** Above this load standstills are the least of the troubles, and the search takes long. */
const UNFORESEEN_UP_TO_LOAD = 0.8;

export async function compare(recipe: Recipe, contenders: readonly Contender[], seeds: readonly number[]): Promise<Row[]> {
  return compareScenarios(
    seeds.map((seed) => scenarioOf(recipe, seed)),
    contenders,
  );
}

/** `scenarios`: the same kind of world from several seeds, at least one. */
export async function compareScenarios(scenarios: readonly Scenario[], contenders: readonly Contender[]): Promise<Row[]> {
  const played: Array<{ contender: Contender; outcomes: Outcome[] }> = [];
  for (const contender of contenders) {
    const outcomes: Outcome[] = [];
    for (const scenario of scenarios) outcomes.push(await simulate(scenario, contender));
    played.push({ contender, outcomes });
  }
  const bounds = boundsOf(
    scenarios,
    played.map(({ outcomes }) => outcomes),
  );
  return played.flatMap(({ contender, outcomes }) => rowOf(scenarios, contender.name, outcomes, bounds));
}

export type Bounds = Pick<Row, 'boundShare' | 'unforeseenShare'>;

function boundsOf(scenarios: readonly Scenario[], played: readonly Outcome[][]): Bounds {
  if (scenarios.some(({ load }) => load > BOUND_UP_TO_LOAD)) return { boundShare: null, unforeseenShare: null };
  const offered = scenarios.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
  // Where somebody missed nothing there is nothing to search for.
  const searched = scenarios.filter((_, index) => played.every((outcomes) => (outcomes[index]?.missed ?? 0) > 0));
  const missed = (standstills: Standstills) =>
    searched.reduce((sum, scenario) => sum + clairvoyantBound({ ...scenario, curve: undelayed(scenario.curve) }, standstills).missed, 0);
  const boundShare = missed('foreseen') / offered;
  if (scenarios.some(({ load }) => load > UNFORESEEN_UP_TO_LOAD)) return { boundShare, unforeseenShare: null };
  // Who knows less cannot do better.
  return { boundShare, unforeseenShare: Math.max(boundShare, missed('unforeseen') / offered) };
}

/** The outcomes of one policy in `scenarios`, one each; none without scenarios. */
export function rowOf(scenarios: readonly Scenario[], policy: string, outcomes: readonly Outcome[], bounds: Bounds): Row[] {
  const [scenario] = scenarios;
  if (scenario === undefined) return [];
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const most = (of: (outcome: Outcome) => number) => Math.max(...outcomes.map(of));
  const latencies = outcomes.flatMap(({ latenciesMs }) => latenciesMs);
  const offered = sum((outcome) => outcome.offered);
  const missed = sum((outcome) => outcome.missed);
  const drops: Partial<Record<DropReason, number>> = {};
  for (const outcome of outcomes) {
    for (const [reason, count] of Object.entries(outcome.drops) as Array<[DropReason, number]>) drops[reason] = (drops[reason] ?? 0) + count;
  }
  return [
    {
      scenario: scenario.name,
      curve: scenario.curve.name,
      load: scenario.load,
      cameras: scenario.cameras.length,
      policy,
      offered,
      throughput: sum(({ throughput }) => throughput) / outcomes.length,
      missed,
      missedShare: missed / offered,
      ...bounds,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      maxMs: most(({ maxMs }) => maxMs),
      longestUnservedMs: most((outcome) => outcome.longestUnservedMs),
      meanBatch: sum(({ judged }) => judged) / sum(({ batches }) => batches),
      lowestShare: Math.min(...outcomes.map((outcome) => outcome.lowestShare)),
      engineBusy: sum(({ engineBusy }) => engineBusy) / outcomes.length,
      mostHeld: most((outcome) => outcome.mostHeld),
      drops,
    },
  ];
}
