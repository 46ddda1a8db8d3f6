import { deadlinePolicy } from '../../src/batching/deadline-policy.ts';
import { eagerPolicy } from '../../src/batching/eager-policy.ts';
import type { BatchingPolicy } from '../../src/batching/policy.ts';
import { timeoutPolicy } from '../../src/batching/timeout-policy.ts';
import { Random } from './random.ts';
import { CURVES, mixedBounds } from './scenario.ts';
import { measureSchedulerCost } from './scheduler-cost.ts';
import { type Outcome, simulate } from './simulate.ts';

// Policies side by side, in simulated time, around the real scheduler:
//   node --import ./bench/typescript-loader.mjs bench/batching/main.ts [--json] [--seed N]

const LOADS = [0.5, 0.8, 0.95, 2];
const POLICIES: Readonly<Record<string, BatchingPolicy>> = {
  deadline: deadlinePolicy,
  eager: eagerPolicy,
  'timeout 5': timeoutPolicy(5),
  'timeout 20': timeoutPolicy(20),
  'timeout 50': timeoutPolicy(50),
  'timeout 100': timeoutPolicy(100),
};

const json = process.argv.includes('--json');
const seedAt = process.argv.indexOf('--seed');
const seed = seedAt < 0 ? 1 : Number(process.argv[seedAt + 1]);

const rows: Array<{ curve: string; load: number; policy: string } & Outcome> = [];
for (const curve of CURVES) {
  for (const load of LOADS) {
    for (const [name, policy] of Object.entries(POLICIES)) {
      rows.push({ curve: curve.name, load, policy: name, ...(await simulate(mixedBounds(curve, load, new Random(seed)), policy, seed)) });
    }
  }
}
const schedulerCost = await measureSchedulerCost({ cameras: 1_000, framesPerSecond: 5, seconds: 20 });

if (json) process.stdout.write(`${JSON.stringify({ seed, rows, schedulerCost }, null, 2)}\n`);
else {
  process.stdout.write(`${'curve load policy'.padEnd(24)}thrput  missed    p50    p99    max  batch  share   busy  drops / flushes\n`);
  for (const row of rows) process.stdout.write(`${line(row)}\n`);
  process.stdout.write(`\nscheduler, no-op engine, 1000 cameras at 5 frames/s: ${schedulerCost.microsPerFrame.toFixed(2)} µs a frame\n`);
}

function line(row: (typeof rows)[number]): string {
  const counts = (all: Readonly<Record<string, number>>) =>
    Object.entries(all)
      .filter(([, count]) => count > 0)
      .map(([key, count]) => `${key} ${count}`)
      .join(', ');
  return [
    `${row.curve} ${row.load} ${row.policy}`.padEnd(22),
    row.throughput.toFixed(3).padStart(8),
    `${(100 * row.missedShare).toFixed(2)}%`.padStart(8),
    row.p50Ms.toFixed(0).padStart(7),
    row.p99Ms.toFixed(0).padStart(7),
    row.maxMs.toFixed(0).padStart(7),
    row.meanBatch.toFixed(2).padStart(7),
    row.lowestShare.toFixed(2).padStart(7),
    row.engineBusy.toFixed(2).padStart(7),
    `  ${counts(row.drops)} / ${counts(row.flushes)}`,
  ].join('');
}
