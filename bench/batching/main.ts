import { readFileSync, writeFileSync } from 'node:fs';
import { FramewatchError, messageOf } from '../../src/util/errors.ts';
import { chartOf } from './chart.ts';
import { compare, type Row } from './comparison.ts';
import { DEADLINE, EAGER, FIFO, TIMERS, TOLD } from './contender.ts';
import { undisturbed } from './cost-curve.ts';
import { decisionText, measureDecisionCost } from './decision-cost.ts';
import { generatedPart, withGeneratedPart } from './docs-page.ts';
import { loadSweep } from './load-sweep.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { LOOKING_AHEAD, nameOfRecipe, RECIPES, REPORT_SEEDS } from './recipes.ts';
import { committedTraces, replay } from './replay.ts';
import { measureSchedulerCost } from './scheduler-cost.ts';
import { TEXT_HEAD, textLine } from './text-table.ts';

// Policies side by side, in simulated time, around the real scheduler: `npm run bench:batching -- --help` says what can be asked for.

const EX_USAGE = 64;

const args = process.argv.slice(2);
if (args.includes('--help')) process.stdout.write(USAGE);
else {
  const options = readOptions();
  if (options === null) process.exitCode = EX_USAGE;
  else await runOrTell(options);
}

async function runOrTell(options: Options): Promise<void> {
  try {
    await run(options);
  } catch (error) {
    if (!(error instanceof FramewatchError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

function readOptions(): Options | null {
  try {
    return parseOptions(args);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n(--help shows the options)\n`);
    return null;
  }
}

async function run({ json, quick, calm, seeds, only, trace, scales, chart, docs }: Options): Promise<void> {
  const contenders = quick ? [DEADLINE, EAGER] : [DEADLINE, TOLD, EAGER, FIFO, ...TIMERS];
  const tell = (line: string) => json || process.stdout.write(`${line}\n`);
  const rows: Row[] = [];
  const add = (more: readonly Row[]) => {
    rows.push(...more);
    for (const row of more) tell(textLine(row));
  };
  // Before the work: a page without its markers. It is read again when all is done: somebody may have edited it meanwhile.
  if (docs !== null) withGeneratedPart(readFileSync(docs, 'utf8'), '');
  tell(TEXT_HEAD);
  if (trace === null) {
    for (const recipe of RECIPES) {
      const isWanted = only === null || nameOfRecipe(recipe).includes(only);
      if (isWanted) add(await compare(calm ? { ...recipe, curve: undisturbed(recipe.curve) } : recipe, contenders, seeds));
    }
  }
  for (const file of trace === null ? committedTraces() : [trace]) {
    if (only !== null && !`trace ${file}`.includes(only)) continue;
    for (const scale of scales) add(await replay(file, scale, contenders, seeds));
  }
  if (rows.length === 0) {
    process.stderr.write(`no scenario has ${JSON.stringify(only)} in its "name curve load"\n`);
    process.exitCode = EX_USAGE;
    return;
  }
  const cost = only === null && trace === null ? await measureSchedulerCost({ cameras: 1_000, framesPerSecond: 5, seconds: 20 }) : null;
  const looking = cost === null ? null : await measureDecisionCost(LOOKING_AHEAD, REPORT_SEEDS[0] ?? 1);
  if (looking !== null) tell(`\nlooking ahead, ${nameOfRecipe(LOOKING_AHEAD)}: ${decisionText(looking)}`);
  if (cost !== null) tell(`scheduler, no-op engine, 1000 cameras at 5 frames/s: ${cost.microsPerFrame.toFixed(2)} µs a frame`);
  if (docs !== null && cost !== null && looking !== null) {
    const part = generatedPart({
      seeds,
      rows,
      microsPerFrame: cost.microsPerFrame,
      lookingAhead: `${nameOfRecipe(LOOKING_AHEAD)}: ${decisionText(looking)}`,
    });
    writeFileSync(docs, withGeneratedPart(readFileSync(docs, 'utf8'), part));
  }
  if (chart !== null) {
    tell(`\ndrawing ${chart}`);
    writeFileSync(
      chart,
      chartOf(
        await loadSweep(
          contenders.filter((each) => each !== TOLD),
          seeds,
        ),
      ),
    );
  }
  if (json) process.stdout.write(`${JSON.stringify({ seeds, rows, schedulerCost: cost, decisionCost: looking }, null, 2)}\n`);
}
