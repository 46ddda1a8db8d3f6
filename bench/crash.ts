// SIGKILL at random moments: `npm run bench:crash -- [--kills 200] [--seed N]`. The daemon on four cameras with a script; in three of ten lives the
// broker goes away before the kill. Exits with 1 when anything is lost, out of order, or otherwise than the script says.
import { parseArgs } from 'node:util';
import { seededRandom } from '../src/demo/seeded-random.ts';
import { crashTrial } from '../test/helpers/crash-trial.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } },
});
const begun = performance.now();
const report = await crashTrial({
  ...{ kills: Number(values.kills), cameras: 4, rules: 3, random: seededRandom(Number(values.seed)) },
  progress: (kills) => process.stderr.write(`\r${kills} of ${values.kills}`),
});
process.stderr.write('\n');
printTable(
  [`SIGKILL, seed ${values.seed}`, ''],
  [
    ['kills', report.kills],
    ['of them with the broker away', report.brokerAway],
    ['messages stored', report.stored],
    ['received, each once', report.received],
    ['received again, the same to the letter', report.repeats],
    ['events that a kill left open, closed as recovered', report.recovered],
    ['lights of the script that had to be events', report.lights],
    ['lost, swapped, changed or made up', report.faults.length],
    ['minutes', (performance.now() - begun) / 60_000],
  ],
);
for (const fault of report.faults.slice(0, 20)) console.log(fault);
process.exitCode = report.faults.length === 0 ? 0 : 1;
