import { homedir } from 'node:os';
import path from 'node:path';
import { csvFormat } from '../classify/csv-format.ts';
import type { RunFacts, RunTotals } from '../classify/findings.ts';
import { jsonFormat } from '../classify/json-format.ts';
import type { OutputFormat } from '../classify/output-format.ts';
import { printable } from '../classify/printable.ts';
import { progressLine } from '../classify/progress.ts';
import { ProgressBar } from '../classify/progress-bar.ts';
import { reportPage } from '../classify/report/report-page.ts';
import { tableFormat } from '../classify/table-format.ts';
import type { Judging } from '../config/cameras.ts';
import type { Config } from '../config/config.ts';
import { findConfigFile } from '../config/load.ts';
import { type ConfigResult, parseConfig } from '../config/parse.ts';
import { readModelFacts } from '../engine/models/model-store.ts';
import { isoTime, systemClock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { Redactor } from '../util/redactor.ts';
import { printProblems, readConfiguration } from './check-command.ts';
import { ClassifyRun } from './classify-run.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { packageVersion } from './package.ts';
import { checkReportFile, writeReport } from './report-file.ts';
import { hangUp, terminationSignal } from './signals.ts';
import { stderrLogger } from './stderr-logger.ts';
import { surroundings } from './surroundings.ts';
import { TextOutput } from './text-output.ts';

export interface ClassifyOptions {
  readonly config?: string;
  readonly fps?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly report?: string;
}

const STANDARD_OUTPUT = 1;

/** Why the run is over. */
interface Ending {
  /** Why it is not all; null when it is. */
  readonly partial: string | null;
  readonly code: ExitCode;
  /** What ended it for all files. */
  readonly fault?: unknown;
}

/**
 * `framewatch classify`: recordings instead of cameras. 0 when every picture that was asked for has its verdict; 1 when a file could not be read to its
 * end, when it was interrupted, or for a fault; 64 for a report that cannot be written. What was judged is printed in any case.
 */
export async function classifyCommand(files: readonly string[], options: ClassifyOptions): Promise<ExitCode> {
  const interrupted = Promise.race([terminationSignal(), hangUp()]);
  const result = readSettings(options.config);
  if (!result.ok || result.defaultJudging.errors.length > 0) {
    printProblems(result.ok ? { ok: false, errors: result.defaultJudging.errors } : result);
    return EXIT.config;
  }
  try {
    if (options.report !== undefined) await checkReportFile(options.report, files);
  } catch (error) {
    process.stderr.write(`${faultLine(error)}\n`);
    return EXIT.usage;
  }
  const { config, defaultJudging: judging, cameraDefaults } = result;
  const facts = factsOf(config, judging, options.fps);
  const say = (line: string) => bar.say(line);
  const { output, broken } = openOutput(() => bar.clear());
  const run = new ClassifyRun({
    ...{ config, judging, frameWidth: cameraDefaults.frameWidth, facts, files, output, say, logger: stderrLogger(say) },
    format: formatOf(options, facts),
    illustrated: options.report !== undefined,
  });
  const bar = new ProgressBar(process.stderr, systemClock, (columns) => progressLine(run.progress, columns));
  bar.start();
  // Whoever reads it has gone, as `head` does: nobody is there to be told.
  const brokenOff = broken.then((error) => ({
    ...{ partial: error.message, code: EXIT.fault },
    fault: error.code === 'EPIPE' ? undefined : unwritable(error),
  }));
  const ending = await Promise.race<Ending>([
    run.run().then(
      () => ({ partial: null, code: EXIT.ok }),
      (fault: unknown) => ({ partial: messageOf(fault), code: exitCodeOf(fault), fault }),
    ),
    interrupted.then((signal) => ({ partial: `interrupted by ${signal}`, code: EXIT.fault })),
    brokenOff,
  ]);
  await run.close();
  bar.close();
  const totals = await run.end(ending.partial);
  const reported = options.report === undefined || (await report(options.report, facts, totals, ending, options, output));
  await output.close();
  // It may have failed with the last line only.
  const last = ending.code === EXIT.ok ? await Promise.race<Ending>([brokenOff, Promise.resolve(ending)]) : ending;
  if (last.fault !== undefined) say(faultLine(last.fault));
  // An exit would wait for the write that hangs, for ever.
  if (output.isStuck) process.kill(process.pid, 'SIGKILL');
  if (last.code !== EXIT.ok) return last.code;
  return reported && totals.files.every(({ complete }) => complete) ? EXIT.ok : EXIT.fault;
}

/** As every command reads it; where there is none, the defaults, and what is made once (the converted network) lies where it is found again from every folder. */
function readSettings(flag: string | undefined): ConfigResult {
  const redactor = new Redactor();
  const given = surroundings(redactor);
  const { ok: exists } = findConfigFile({ flag, env: given.env, cwd: given.cwd });
  if (exists) return readConfiguration(flag, redactor);
  const stateDir = path.join(given.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'framewatch');
  // JSON is YAML, and quotes what has to be quoted; only the reference to a variable is not known to it.
  const written = stateDir.replaceAll('${', () => '$${');
  return parseConfig(JSON.stringify({ stateDir: written, cameras: {} }), { ...given, file: null, folder: given.cwd });
}

function factsOf(config: Config, { regions, rules }: Judging, fps: number | undefined): RunFacts {
  return {
    version: packageVersion(),
    at: isoTime(systemClock.wallMs()),
    model: config.model,
    labels: readModelFacts(config.model, config).labels,
    regions: regions.map(({ id }) => id),
    rules: rules.map(({ id, ...rule }) => ({ id, ...rule })),
    fps: fps ?? null,
  };
}

function formatOf({ json, csv }: ClassifyOptions, facts: RunFacts): OutputFormat {
  if (json === true) return jsonFormat(facts);
  return csv === true ? csvFormat(facts) : tableFormat(facts);
}

/** Gives whether it is written. */
async function report(
  file: string,
  facts: RunFacts,
  totals: RunTotals,
  { fault }: Ending,
  { json, csv }: ClassifyOptions,
  output: Pick<TextOutput, 'write'>,
): Promise<boolean> {
  if (fault !== undefined && totals.judged === 0) return false;
  try {
    await writeReport(file, reportPage(facts, totals));
    if (json !== true && csv !== true) output.write(`report: ${printable(file)}\n`);
    return true;
  } catch (error) {
    process.stderr.write(`${faultLine(error)}\n`);
    return false;
  }
}

type Output = Pick<TextOutput, 'write' | 'room' | 'release' | 'close' | 'isStuck'>;

/** `beforeLine` makes room on a terminal that also shows the progress. */
function openOutput(beforeLine: () => void): { readonly output: Output; readonly broken: Promise<NodeJS.ErrnoException> } {
  let onBroken: (error: NodeJS.ErrnoException) => void = () => undefined;
  const broken = new Promise<NodeJS.ErrnoException>((resolve) => {
    onBroken = resolve;
  });
  if (!process.stdout.isTTY) return { output: new TextOutput({ descriptor: STANDARD_OUTPUT, clock: systemClock, onBroken }), broken };
  process.stdout.once('error', onBroken);
  const write = (text: string) => {
    if (text === '') return;
    beforeLine();
    process.stdout.write(text);
  };
  return { output: { write, room: () => Promise.resolve(), release() {}, close: () => Promise.resolve(), isStuck: false }, broken };
}

function unwritable(cause: Error): FramewatchError {
  return new FramewatchError('OUTPUT_UNWRITABLE', `standard output cannot be written: ${cause.message}`, { cause });
}

function faultLine(error: unknown): string {
  return `framewatch: ${error instanceof FramewatchError ? error.code : 'INTERNAL'}: ${printable(messageOf(error))}`;
}
