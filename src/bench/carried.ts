import type { Carried } from './document.ts';
import { limitOf, type Machine } from './limit.ts';
import type { Border } from './search.ts';
import type { Load, Step } from './step.ts';

/** Along what a search went: more cameras, or a higher rate of the same ones. */
export type Axis = 'cameras' | 'sampleFps';

/**
 * What a search found. `steps`: those of it; `border`: as values of its axis; `fixed`: the other half of the load. Null before anything was measured,
 * and when a search was broken off on its way down: fewer cameras may be carried, and nobody has looked.
 */
export function carriedOf(steps: readonly Step[], axis: Axis, border: Border, fixed: Load, machine: Machine): Carried | null {
  if (border.held === null && border.failed === null) return null;
  if (axis === 'cameras' && border.held === null && border.failed !== 1) return null;
  const held = steps.filter((step) => step[axis] === border.held && step.holds);
  const failed = steps.filter((step) => step[axis] === border.failed && !step.holds);
  const { limit, evidence } = limitOf(failed.at(-1) ?? null, held.at(-1) ?? null, machine);
  return {
    cameras: axis === 'cameras' ? (border.held ?? 0) : fixed.cameras,
    sampleFps: axis === 'cameras' ? fixed.sampleFps : (border.held ?? 0),
    framesPerSecond: held.length === 0 ? 0 : Math.min(...held.map(({ framesPerSecond }) => framesPerSecond)),
    p99Ms: held.length === 0 ? null : Math.max(...held.map(({ latencyMs }) => latencyMs?.total.p99 ?? 0)),
    limitedBy: limit,
    evidence,
  };
}

/** By number of cameras; of two with the same number the one of the higher rate. */
export function frontierOf(found: readonly (Carried | null)[]): readonly Carried[] {
  const best = new Map<number, Carried>();
  for (const carried of found) {
    if (carried === null || carried.framesPerSecond === 0) continue;
    const other = best.get(carried.cameras);
    if (!other || other.sampleFps < carried.sampleFps) best.set(carried.cameras, carried);
  }
  return [...best.values()].toSorted((a, b) => a.cameras - b.cameras);
}
