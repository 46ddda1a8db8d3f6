import { capacityOf, type Scenario } from './scenario.ts';

/** Cameras come and go: who is away has no share, and what is left over now cannot be used later. */
const WINDOW_MS = 10_000;

interface Demand {
  readonly frames: number;
  readonly weight: number;
}

/** Weighted max-min shares of `capacity` (frames): nobody gets more than asked, what is left is shared by weight. */
function fairShares(demands: readonly Demand[], capacity: number): number[] {
  const shares = demands.map(() => 0);
  let open = demands.map((_, index) => index);
  let left = capacity;
  while (open.length > 0) {
    const perWeight = left / open.reduce((sum, index) => sum + (demands[index]?.weight ?? 0), 0);
    const content = open.filter((index) => (demands[index]?.frames ?? 0) <= perWeight * (demands[index]?.weight ?? 0));
    for (const index of content.length > 0 ? content : open) {
      const share = content.length > 0 ? (demands[index]?.frames ?? 0) : perWeight * (demands[index]?.weight ?? 0);
      shares[index] = share;
      left -= share;
    }
    open = content.length > 0 ? open.filter((index) => !content.includes(index)) : [];
  }
  return shares;
}

/** What each camera of the scenario is due, frames, shared out anew every ten seconds. */
export function fairSharesOverTime(scenario: Scenario): number[] {
  const { cameras, arrivals, durationMs } = scenario;
  const total = cameras.map(() => 0);
  for (let fromMs = 0; fromMs < durationMs; fromMs += WINDOW_MS) {
    const toMs = Math.min(durationMs, fromMs + WINDOW_MS);
    const frames = cameras.map(() => 0);
    for (const { camera, offeredMs } of arrivals) if (offeredMs >= fromMs && offeredMs < toMs) frames[camera] = (frames[camera] ?? 0) + 1;
    const demands = cameras.map(({ spec }, index) => ({ frames: frames[index] ?? 0, weight: spec.weight }));
    for (const [index, share] of fairShares(demands, capacityOf(scenario, fromMs, toMs)).entries()) total[index] = (total[index] ?? 0) + share;
  }
  return total;
}
