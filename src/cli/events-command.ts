import type { Command } from 'commander';
import { systemClock } from '../util/clock.ts';
import { number, wholeNumber } from './argument-types.ts';
import type { ExplainOptions } from './events-explain.ts';
import type { ListOptions } from './events-list.ts';
import type { WhatifOptions } from './events-whatif.ts';
import type { ExitCode } from './exit-code.ts';
import { sinceArgument, timeArgument } from './since.ts';

const MOST_MS = 86_400_000;

/** Adds `framewatch events …`; `ended` is told the exit code of what ran. Loads only what that needs. */
export function addEventsCommands(program: Command, configHelp: string, ended: (code: ExitCode) => void): void {
  const nowMs = systemClock.wallMs();
  const events = program.command('events').description('what the history holds, and why; the daemon may run or not (docs/events.md)');
  // The options are those of a command of its own: else `--camera` behind `whatif` would be taken for that of `events`.
  events
    .command('list', { isDefault: true })
    .description('every message, oldest first; this is what `framewatch events` alone does')
    .option('--config <file>', configHelp)
    .option('--camera <id>', 'only of this camera')
    .option('--rule <id>', 'only of this rule')
    .option(
      '--since <seq|time>',
      'behind this sequence; or from a time on, such as 2026-11-22T06:00Z; or from so long ago: 30m, 2h, 3d',
      sinceArgument(nowMs),
    )
    .option('--follow', 'then events as they come, until interrupted')
    .option('--json', 'one JSON document on standard output; with --follow one line an event')
    .action(async (options: ListOptions) => {
      const { eventsList } = await import('./events-list.ts');
      ended(await eventsList(options));
    });
  events
    .command('explain <id>')
    .description('why an event began, went on and ended: scores, thresholds, times')
    .option('--config <file>', configHelp)
    .option('--json', 'one JSON document on standard output')
    .action(async (id: string, options: ExplainOptions) => {
      const { eventsExplain } = await import('./events-explain.ts');
      ended(await eventsExplain(id, options));
    });
  events
    .command('whatif')
    .description('which events a changed rule would have made of the stored scores, against the rule of the configuration')
    .option('--config <file>', configHelp)
    .requiredOption('--camera <id>', 'of this camera')
    .requiredOption('--rule <id>', 'this rule; what is not given below stays as it is')
    .option('--enter <score>', 'start at or above', number(0.0001, 1))
    .option('--exit <score>', 'end below', number(0.0001, 1))
    .option('--min-frames <n>', 'in so many consecutive frames', wholeNumber(0, 10_000))
    .option('--enter-for <ms>', 'that span so long', wholeNumber(0, MOST_MS))
    .option('--off-delay <ms>', 'end after so long below', wholeNumber(0, MOST_MS))
    .option('--cooldown <ms>', 'no new start for so long after an end', wholeNumber(0, MOST_MS))
    .option('--max-duration <ms>', 'end what lasts so long; 0 = no limit', wholeNumber(0, 30 * MOST_MS))
    .option('--since <time>', 'only events from then on; a time, or so long ago', timeArgument(nowMs))
    .option('--until <time>', 'only events before', timeArgument(nowMs))
    .option('--json', 'one JSON document on standard output')
    .action(async (options: WhatifOptions) => {
      const { eventsWhatif } = await import('./events-whatif.ts');
      ended(await eventsWhatif(options));
    });
}
