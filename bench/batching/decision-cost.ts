import { CostModel } from '../../src/batching/cost-model.ts';
import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import type { Situation } from '../../src/batching/policy.ts';
import { BatchScheduler } from '../../src/batching/scheduler.ts';
import { type Recipe, scenarioOf } from './scenario.ts';
import { simulate } from './simulate.ts';

export interface DecisionCost {
  /** CPU time a decision, µs. */
  readonly micros: number;
  /** Decisions a second of simulated time. */
  readonly perSecond: number;
  /** Of one core. */
  readonly share: number;
}

/** What the decisions of `deadline` cost in one world: real CPU, simulated time. */
export async function measureDecisionCost(recipe: Recipe, seed: number): Promise<DecisionCost> {
  let spentMs = 0;
  let decisions = 0;
  const decide = (situation: Situation) => {
    const before = process.cpuUsage();
    const decision = deadlinePolicy.decide(situation);
    const { user, system } = process.cpuUsage(before);
    spentMs += (user + system) / 1_000;
    decisions++;
    return decision;
  };
  const scenario = scenarioOf(recipe, seed);
  await simulate(scenario, {
    name: 'measured',
    open: ({ sizes, warmUpMs, ...parts }) =>
      new BatchScheduler({ ...parts, policy: { ...deadlinePolicy, decide }, costs: new CostModel(sizes, warmUpMs) }),
  });
  return { micros: (1_000 * spentMs) / decisions, perSecond: (1_000 * decisions) / scenario.durationMs, share: spentMs / scenario.durationMs };
}

export function decisionText({ micros, perSecond, share }: DecisionCost): string {
  return `${micros.toFixed(0)} µs a decision, ${perSecond.toFixed(0)} a second, ${(100 * share).toFixed(1)} % of a core`;
}
