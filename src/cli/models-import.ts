import path from 'node:path';
import type { Config } from '../config/config.ts';
import type { Inspection } from '../engine/inspection/inspection.ts';
import { inspectModel } from '../engine/inspection/model-inspection.ts';
import { MODEL_NAME } from '../engine/manifest/manifest.ts';
import { type ImportOutcome, importModel } from '../engine/models/model-import.ts';
import { UNVERIFIED } from '../engine/self-test/sanity-self-test.ts';
import { FramewatchError } from '../util/errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { type Ask, type DecisionOptions, decide } from './import-decisions.ts';
import { openModelEngine } from './model-engine.ts';
import { readModelsConfig } from './models-settings.ts';
import { terminationSignal } from './signals.ts';
import { TerminalQuestions } from './terminal-questions.ts';

export interface ImportCommandOptions extends DecisionOptions {
  readonly config?: string;
  /** The output or layer with the classes. */
  readonly output?: string;
  readonly replace?: boolean;
  /** Without running it: for a machine on which the reference backend cannot. */
  readonly unverified?: boolean;
  readonly json?: boolean;
}

/** `framewatch models import DIR_OR_FILE --name NAME`: 64 when it must be told more than it can read and there is nobody to ask. */
export async function modelsImport(source: string, options: ImportCommandOptions): Promise<ExitCode> {
  if (!MODEL_NAME.test(options.name)) return usage(`--name ${options.name}: lower-case letters, digits, dots and dashes are needed`);
  const config = readModelsConfig(options.config);
  if (config === null) return EXIT.config;
  const questions = new TerminalQuestions();
  const ending = new AbortController();
  const ask = options.json === true ? null : questions.ask;
  try {
    const inspection = await inspect(path.resolve(source), options, ask);
    if (options.json !== true) process.stderr.write(`${foundLines(inspection).join('\n')}\n`);
    const decided = await decide(inspection, options, path.join(config.modelsDir, 'inception-v1-imagenet'), ask);
    if (!decided.ok) return usage(`the model does not say everything; give\n${decided.missing.map((line) => `  ${line}`).join('\n')}`);
    void terminationSignal().then((signal) =>
      ending.abort(new FramewatchError('MODEL_INVALID', `ended by ${signal} before the model was tested; nothing was imported`)),
    );
    const outcome = await importModel({
      inspection,
      decisions: decided.decisions,
      stateDir: config.stateDir,
      modelsDir: config.modelsDir,
      signal: ending.signal,
      replaces: options.replace === true,
      openEngine: options.unverified === true ? null : (wanted) => openModelEngine(config, wanted),
      tell: (line) => void process.stderr.write(`… ${line}\n`),
    });
    print(outcome, options, config);
    return EXIT.ok;
  } catch (error) {
    return printFault(error);
  } finally {
    questions.close();
  }
}

/** Once more with a size, when the model takes pictures of any. */
async function inspect(source: string, options: ImportCommandOptions, ask: Ask | null): Promise<Inspection> {
  const { output = null } = options;
  const inspection = await inspectModel(source, { size: options.size ?? null, output });
  if (inspection.input.size !== null || ask === null) return inspection;
  const answer = Number(await ask('width and height of the pictures, in pixels', '299'));
  return inspectModel(source, { size: Number.isSafeInteger(answer) && answer > 0 ? answer : null, output });
}

function foundLines({ format, input, classes, features }: Inspection): readonly string[] {
  const size = input.size === null ? 'pictures of any size' : `pictures of ${input.size} × ${input.size}`;
  const length = classes.length === null ? 'classes' : `${classes.length} classes`;
  return [
    `${format}: ${size}, ${input.layout}, ${input.dtype}; ${length} from ${classes.name}${classes.kind === null ? '' : ` (${classes.kind})`}`,
    ...(features === null ? [] : [`features: ${features.name}${features.size === null ? '' : ` (${features.size} values)`}`]),
  ];
}

function print({ folder, tested }: ImportOutcome, { name, json, config: flag }: ImportCommandOptions, config: Config): void {
  const verified = tested !== null && tested.golden.colourMargin >= 1;
  if (json === true) {
    const test = tested && {
      reference: tested.reference.backend,
      runsOn: tested.engine.backend,
      colourMargin: tested.golden.colourMargin,
      featureSize: tested.golden.featureSize,
    };
    process.stdout.write(`${JSON.stringify({ name, folder, selfTest: test }, null, 2)}\n`);
  } else process.stdout.write(`${folder}\n`);
  const where = flag ?? config.file ?? 'the configuration';
  if (tested === null) process.stderr.write(`it was not run; ${UNVERIFIED}\n`);
  else {
    const { golden, reference, engine } = tested;
    const margin = golden.colourMargin.toFixed(1);
    process.stderr.write(
      `the self-test is what ${reference.backend} says of ${golden.selfTest.pictures.length} drawn pictures, and ${engine.backend} (${engine.device}) passes it at batch sizes ` +
        `${engine.batchSizes.join(', ')}\nswapped colours would move a result by ${margin} times its tolerance${verified ? '' : ': too little to be noticed'}\n` +
        'it shows that nothing changes from now on, not that colour order, normalisation and labels are what the network was trained with: try it on pictures that you know\n',
    );
  }
  process.stderr.write(`\`model: ${name}\` in ${where} runs it\n`);
}

function usage(message: string): ExitCode {
  process.stderr.write(`framewatch: ${message}\n`);
  return EXIT.usage;
}
