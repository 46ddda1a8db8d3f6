import { compare, type Row } from './comparison.ts';
import { DEADLINE, EAGER, FIFO, TIMERS } from './contender.ts';
import { RECIPES, REPORT_SEEDS, TUNING_SEEDS } from './recipes.ts';
import { measureSchedulerCost } from './scheduler-cost.ts';

// Policies side by side, in simulated time, around the real scheduler:
//   node --import ./bench/typescript-loader.mjs bench/batching/main.ts [--json] [--tuning | --seed N] [--only TEXT]

const value = (option: string) => (process.argv.includes(option) ? process.argv[process.argv.indexOf(option) + 1] : undefined);
const json = process.argv.includes('--json');
const seed = value('--seed');
const only = value('--only');
const chosenSeeds = process.argv.includes('--tuning') ? TUNING_SEEDS : REPORT_SEEDS;
const seeds = seed === undefined ? chosenSeeds : [Number(seed)];
const contenders = process.argv.includes('--quick') ? [DEADLINE, EAGER] : [DEADLINE, EAGER, FIFO, ...TIMERS];

const rows: Row[] = [];
if (!json)
  process.stdout.write(`${'scenario curve load policy'.padEnd(38)}thrput  missed   bound    p50    p99    max  batch  share   busy   held  drops\n`);
for (const recipe of RECIPES) {
  if (only !== undefined && !`${recipe.name} ${recipe.curve.name} ${recipe.load}`.includes(only)) continue;
  for (const row of await compare(recipe, contenders, seeds)) {
    rows.push(row);
    if (!json) process.stdout.write(`${line(row)}\n`);
  }
}
const schedulerCost = only === undefined ? await measureSchedulerCost({ cameras: 1_000, framesPerSecond: 5, seconds: 20 }) : null;
if (json) process.stdout.write(`${JSON.stringify({ seeds, rows, schedulerCost }, null, 2)}\n`);
else if (schedulerCost !== null) {
  process.stdout.write(`\nscheduler, no-op engine, 1000 cameras at 5 frames/s: ${schedulerCost.microsPerFrame.toFixed(2)} µs a frame\n`);
}

function line(row: Row): string {
  const drops = Object.entries(row.drops)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
  const percent = (share: number | null) => (share === null ? '–' : `${(100 * share).toFixed(2)}%`);
  return [
    `${row.scenario} ${row.curve} ${row.load} ${row.policy}`.padEnd(36),
    row.throughput.toFixed(3).padStart(8),
    percent(row.missedShare).padStart(8),
    percent(row.boundShare).padStart(8),
    row.p50Ms.toFixed(0).padStart(7),
    row.p99Ms.toFixed(0).padStart(7),
    row.maxMs.toFixed(0).padStart(7),
    row.meanBatch.toFixed(2).padStart(7),
    row.lowestShare.toFixed(2).padStart(7),
    row.engineBusy.toFixed(2).padStart(7),
    String(row.mostHeld).padStart(7),
    `  ${drops}`,
  ].join('');
}
