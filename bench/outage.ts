// A broker that is away at a hundred events a second: `npm run bench:outage -- [--minutes 60]`. Ten cameras with a script, the real daemon,
// mosquitto, and mosquitto_sub with a persistent session. Exits with 1 when anything is lost, out of order, or otherwise than the script says.
import { parseArgs } from 'node:util';
import { outageTrial } from '../test/helpers/outage-trial.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const report = await outageTrial(Number(values.minutes) * 60_000);
printTable(
  ['a broker that is away', ''],
  [
    ['away, s', report.awayS],
    ['messages that waited', report.waited],
    ['oldest of them, s', report.oldestS],
    ['drained after its return, s', report.drainS],
    ['messages a second', report.drainRate],
    ['received, each once', report.received],
    ['received again', report.repeats],
    ['lights of the script', report.lights],
    ['lost, swapped, changed or made up', report.faults.length],
    ['RSS of the daemon before, MiB', report.rssMiB[0]],
    ['at the end of the absence', report.rssMiB[1]],
    ['frame → WebSocket before, p99 ms', report.feedMs[0]],
    ['during the absence', report.feedMs[1]],
  ],
);
for (const fault of report.faults.slice(0, 20)) console.log(fault);
process.exitCode = report.faults.length === 0 ? 0 : 1;
