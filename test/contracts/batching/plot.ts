import fc from 'fast-check';
import type { SimulationClock } from '../../../bench/batching/simulation-clock.ts';
import type { SlotSpec } from '../../../src/batching/batch.ts';
import { deadlinePolicy } from '../../../src/batching/deadline-policy.ts';
import { eagerPolicy } from '../../../src/batching/eager-policy.ts';
import type { BatchingPolicy } from '../../../src/batching/policy.ts';
import { timeoutPolicy } from '../../../src/batching/timeout-policy.ts';
import { spec } from '../../batching/frames.ts';
import { UnreliableClock } from './unreliable-clock.ts';
import { type BatchFate, type Machine, sizesOf, World } from './world.ts';

/** Every policy, each of them held to the same contract. */
export const POLICIES: Readonly<Record<string, BatchingPolicy>> = {
  deadline: deadlinePolicy,
  eager: eagerPolicy,
  'timeout of 20 ms': timeoutPolicy(20),
  'timeout of 0 ms': timeoutPolicy(0),
};

const machineOf = (costMs: Readonly<Record<number, number>>): Machine => ({ costMs, preprocessMs: 0.5, overheadMs: 0.2 });

/** Company is no cheaper, nearly free, and free up to a cliff. */
export const MACHINES = {
  flat: machineOf({ 1: 20, 2: 40, 4: 80, 8: 160 }),
  gpu: machineOf({ 1: 10, 2: 11, 4: 13, 8: 17 }),
  cliff: machineOf({ 1: 10, 2: 50, 4: 51, 8: 300 }),
} as const;

/** Six cameras, two of them with a second region. */
const PLACES: ReadonlyArray<readonly [cameraId: string, region: string]> = [
  ...Array.from({ length: 6 }, (_, camera) => [`c${camera}`, 'full'] as const),
  ['c0', 'gate'],
  ['c1', 'gate'],
];

const ladder = fc.constantFrom([1], [1, 2], [4], [2, 8], [1, 2, 4, 8]);
const place = fc.nat(PLACES.length - 1);
const commands = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('offer'), place, ageMs: fc.constantFrom(0, 0, 0, 8, 600, 3_000, -500, Number.NaN, 1e9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('addSlot', 'removeSlot', 'removeCamera'), place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('engineAway', 'engineBack') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('setLadder'), sizes: ladder }) },
);

/** Everything that can happen to a scheduler, in any order. */
export const plots = fc.record({
  machine: fc.constantFrom('flat', 'gpu', 'cliff'),
  /** To begin with. */
  ladder,
  /** Bound and weight of each place. */
  slots: fc.array(fc.tuple(fc.constantFrom(1, 50, 100, 500, 2_000), fc.constantFrom(0.1, 1, 10)), { minLength: 1, maxLength: PLACES.length }),
  /** Each so many ms after the one before. */
  steps: fc.array(fc.tuple(fc.constantFrom(0, 0, 1, 7, 30, 120, 2_500), commands), { maxLength: 120 }),
  fates: fc.array(fc.constantFrom<BatchFate[]>('well', 'well', 'well', 'stall', 'failed', 'reject', 'throw', 'hang'), {
    minLength: 1,
    maxLength: 12,
  }),
  timers: fc.array(fc.constantFrom('punctual', 'punctual', 'early', 'late'), { minLength: 1, maxLength: 6 }),
  /** The clock does not move between these moments of the plot. */
  standstill: fc.option(fc.tuple(fc.nat(1_000), fc.nat(3_000)), { nil: null }),
});

export type Plot = typeof plots extends fc.Arbitrary<infer T> ? T : never;

/** Moves of the clock start here, so that frames may be old. */
const BEGIN_MS = 10_000;

/** Plays `plot` to its last step and shortly beyond; the engine may be away, and batches may hang, when this returns. */
export async function perform(plot: Plot, policy: BatchingPolicy): Promise<World> {
  const [standsFrom, standsFor] = plot.standstill ?? [0, 0];
  const world = new World({
    machine: MACHINES[plot.machine],
    policy,
    slots: plot.slots.map((_, at) => slotAt(plot, at)),
    fates: plot.fates,
    clockOf: (simulated: SimulationClock) => new UnreliableClock(simulated, plot.timers, BEGIN_MS + standsFrom, BEGIN_MS + standsFrom + standsFor),
  });
  world.setLadder(plot.ladder);
  let atMs = BEGIN_MS;
  for (const [gapMs, command] of plot.steps) {
    atMs += gapMs;
    world.clock.at(atMs, () => obey(world, plot, command));
  }
  await world.clock.run(atMs + 50);
  return world;
}

/** The engine is back, batches that hung have been given up, nothing is offered any more: whatever waits must run by itself. */
export async function calmDown(world: World): Promise<void> {
  world.scheduler.engineAvailable(true);
  for (let round = 0; round < 20; round++) {
    world.releaseAll();
    await world.clock.run(world.nowMono + 3_000);
  }
}

function obey(world: World, plot: Plot, command: Plot['steps'][number][1]): void {
  const { scheduler } = world;
  if (command.do === 'setLadder') world.setLadder('sizes' in command ? command.sizes : sizesOf(MACHINES[plot.machine].costMs));
  else if (command.do === 'engineAway') scheduler.engineAvailable(false);
  else if (command.do === 'engineBack') {
    world.releaseAll();
    scheduler.engineAvailable(true);
  } else if ('place' in command) {
    const { cameraId, region } = slotAt(plot, command.place);
    if ('ageMs' in command) world.offer(cameraId, command.ageMs, region);
    else if (command.do === 'addSlot') world.addSlot(slotAt(plot, command.place));
    else world.removeSlot(cameraId, command.do === 'removeSlot' ? region : undefined);
  }
}

function slotAt(plot: Plot, index: number): SlotSpec {
  const [cameraId, region] = PLACES[index % PLACES.length] ?? ['c0', 'full'];
  const [maxLatencyMs, weight] = plot.slots[index % plot.slots.length] ?? [500, 1];
  return spec(cameraId, { region, maxLatencyMs, weight });
}
