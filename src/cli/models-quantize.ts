import type { Config } from '../config/config.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { prepareModel } from '../engine/models/model-preparation.ts';
import { criteriaOf } from '../engine/quantization/agreement.ts';
import type { CalibrationPictures } from '../engine/quantization/calibration.ts';
import { requireWritable, writeInt8 } from '../engine/quantization/int8-form.ts';
import { calibrationDrawings, type QuantisationOutcome, quantiseModel } from '../engine/quantization/model-quantisation.ts';
import { isoTime, systemClock } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import { silentLogger } from '../util/logger.ts';
import { calibrationFrames } from './calibration-frames.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { readModelsConfig } from './models-settings.ts';
import { terminationSignal } from './signals.ts';
import { textTable } from './text-table.ts';

export interface QuantizeOptions {
  readonly config?: string;
  /** Videos, pictures, folders of them. */
  readonly calibrate?: readonly string[];
  /** So many are drawn, and at most so many taken of each source. */
  readonly pictures: number;
  readonly json?: boolean;
}

/** Of the layers in int8, so many are shown: those that rounding changes most. */
const WORST_SHOWN = 5;

/** `framewatch models quantize NAME`: makes the int8 form of a model and, once it has passed its self-test at every allowed batch size, puts it in place of an older one. */
export async function modelsQuantize(name: string, options: QuantizeOptions): Promise<ExitCode> {
  const config = readModelsConfig(options.config);
  if (config === null) return EXIT.config;
  const ending = new AbortController();
  void terminationSignal().then((signal) => ending.abort(new FramewatchError('MODEL_INVALID', `ended by ${signal}; nothing was written`)));
  try {
    await requireWritable(name, config);
    const model = await prepareModel({ name, modelsDir: config.modelsDir, stateDir: config.stateDir, logger: silentLogger });
    say(`${options.pictures} pictures are drawn${options.calibrate ? `, and at most as many taken of each of ${options.calibrate.join(', ')}` : ''}`);
    const pictures = await gather(config, options, { size: model.inputSize, fit: model.fit }, ending.signal);
    const batchSizes = config.batching.allowedBatchSizes;
    const outcome = await quantiseModel({
      ...{ model, pictures, threads: config.engine.threads, batchSizes, signal: ending.signal },
      onProgress: tellTenths(),
    });
    ending.signal.throwIfAborted();
    const { graph, floatForm, expected: selfTest, fault } = outcome;
    // What fails takes nothing's place.
    const file = fault === null ? await writeInt8(name, config, graph, { floatForm, writtenAt: isoTime(systemClock.wallMs()), selfTest }) : null;
    print({ name, outcome, pictures: pictures.count, batchSizes, file }, options.json === true);
    if (fault === null) return EXIT.ok;
    throw new FramewatchError('MODEL_SELF_TEST_FAILED', `${fault.message}. Nothing was written: give it footage like that of your cameras`, {
      cause: fault,
    });
  } catch (error) {
    return printFault(error);
  }
}

async function gather(
  config: Config,
  { calibrate = [], pictures }: QuantizeOptions,
  view: { readonly size: number; readonly fit: EngineInfo['fit'] },
  signal: AbortSignal,
): Promise<CalibrationPictures> {
  const frames = await calibrationFrames(config.ffmpeg, { sources: calibrate, most: pictures, view, signal });
  return listedPictures([...calibrationDrawings(pictures, view.size), ...frames], view.size);
}

/** Pictures that lie in memory: 0.3 MB each of a network of 299 × 299. */
export function listedPictures(list: readonly Uint8Array[], size: number): CalibrationPictures {
  return { count: list.length, size, read: (from, count) => Promise.resolve(Uint8Array.from(Buffer.concat(list.slice(from, from + count)))) };
}

/** Tells each tenth once. */
function tellTenths(): (done: number, of: number) => void {
  let told = 0;
  return (done, of) => {
    const tenth = Math.floor((done / of) * 10);
    if (tenth > told) say(`calibration: ${done} of ${of} pictures`);
    told = tenth;
  };
}

interface Printed {
  readonly name: string;
  readonly outcome: QuantisationOutcome;
  readonly pictures: number;
  readonly batchSizes: readonly number[];
  /** Null when it was not written. */
  readonly file: string | null;
}

function print({ name, outcome, pictures, batchSizes, file }: Printed, asJson: boolean): void {
  const { kept, layers, graph, floatBytes, agreement, fault } = outcome;
  const int8Bytes = graph.length;
  const inFloat = kept.map(({ node, reason }) => ({ layer: node.name, operator: node.opType, reason }));
  const criteria = criteriaOf(agreement);
  if (asJson) {
    const selfTest = { batchSizes, kind: outcome.selfTest, passed: fault === null };
    process.stdout.write(
      `${JSON.stringify({ name, file, floatBytes, int8Bytes, pictures, inFloat, inInt8: layers, agreement, criteria, selfTest }, null, 2)}\n`,
    );
    return;
  }
  const worst = layers.toSorted((one, other) => other.inputError - one.inputError).slice(0, WORST_SHOWN);
  const lines = [
    'left in float:',
    ...textTable([['layer', 'operator', 'why'], ...inFloat.map(({ layer, operator, reason }) => [layer, operator, reason])]),
    '',
    `in int8: ${layers.length} convolutions; those that rounding changes most (root mean square of the error, of that of the values):`,
    ...textTable([
      ['layer', 'input', 'weights'],
      ...worst.map(({ name: layer, inputError, weightError }) => [layer, percent(inputError), percent(weightError)]),
    ]),
    '',
    `against float32, on ${agreement.pictures} drawn pictures that calibration did not see:`,
    ...textTable([
      ['', 'int8', 'wanted', ''],
      ...criteria.map(({ name: what, value, required, met }) => [what, value.toFixed(4), required, met ? 'met' : 'NOT MET']),
    ]),
    '',
    `size: ${megabytes(int8Bytes)} MB, float32 ${megabytes(floatBytes)} MB (${percent(int8Bytes / floatBytes)})`,
    `frames of them on which any label is on the other side of 0.5 or 0.8: ${agreement.picturesWithCrossing}`,
    `self-test: ${fault === null ? `passed at batch sizes ${batchSizes.join(', ')}` : 'FAILED'}`,
    ...(file === null ? [] : [file]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  if (file === null) return;
  say(`\`engine.precision\` auto or int8 runs it; drawings are not footage: bench/int8.ts judges on videos of yours`);
}

function say(line: string): void {
  process.stderr.write(`… ${line}\n`);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
