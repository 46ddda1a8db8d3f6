import type { Config } from '../config/config.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { prepareModel } from '../engine/models/model-preparation.ts';
import { criteriaOf } from '../engine/quantization/agreement.ts';
import type { CalibrationPictures } from '../engine/quantization/calibration.ts';
import { calibrationDrawings, type QuantisationOutcome, quantiseModel } from '../engine/quantization/model-quantisation.ts';
import { isoTime, systemClock } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import { silentLogger } from '../util/logger.ts';
import { calibrationFrames } from './calibration-frames.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { openModelEngine } from './model-engine.ts';
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

/** `framewatch models quantize NAME`: makes the int8 form of a model, and lets the engine that the daemon would start pass its self-test with it. */
export async function modelsQuantize(name: string, options: QuantizeOptions): Promise<ExitCode> {
  const config = readModelsConfig(options.config);
  if (config === null) return EXIT.config;
  const ending = new AbortController();
  void terminationSignal().then((signal) => ending.abort(new FramewatchError('MODEL_INVALID', `ended by ${signal}; nothing was written`)));
  try {
    const model = await prepareModel({ name, modelsDir: config.modelsDir, stateDir: config.stateDir, logger: silentLogger });
    say(`${options.pictures} pictures are drawn${options.calibrate ? `, and at most as many taken of each of ${options.calibrate.join(', ')}` : ''}`);
    const pictures = await gather(config, options, { size: model.inputSize, fit: model.fit }, ending.signal);
    const outcome = await quantiseModel({
      ...{ model, folders: config, pictures, threads: config.engine.threads, now: isoTime(systemClock.wallMs()) },
      onProgress: progressIn(ending.signal),
    });
    const engine = await passSelfTest(name, config);
    print(name, outcome, pictures.count, engine, options.json === true);
    return EXIT.ok;
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

/** Tells each tenth once. Throws when the user has ended it. */
function progressIn(signal: AbortSignal): (done: number, of: number) => void {
  let told = 0;
  return (done, of) => {
    signal.throwIfAborted();
    const tenth = Math.floor((done / of) * 10);
    if (tenth > told) say(`calibration: ${done} of ${of} pictures`);
    told = tenth;
  };
}

async function passSelfTest(model: string, config: Config): Promise<EngineInfo> {
  const { modelsDir, stateDir, batching, engine } = config;
  say('self-test');
  const wanted = { model, modelsDir, stateDir, batchSizes: batching.allowedBatchSizes };
  const opened = await openModelEngine({ ...config, engine: { ...engine, backend: 'onnx', device: 'cpu', precision: 'int8' } }, wanted);
  await opened.close();
  return opened.info;
}

function print(name: string, outcome: QuantisationOutcome, pictures: number, engine: EngineInfo, asJson: boolean): void {
  const { kept, layers, file, floatBytes, int8Bytes, agreement } = outcome;
  const inFloat = kept.map(({ node, reason }) => ({ layer: node.name, operator: node.opType, reason }));
  const criteria = criteriaOf(agreement);
  if (asJson) {
    const selfTest = { batchSizes: engine.batchSizes, kind: engine.selfTest };
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
    `self-test: passed at batch sizes ${engine.batchSizes.join(', ')}`,
    file,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
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
