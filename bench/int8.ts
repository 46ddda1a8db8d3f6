// How the int8 form of a model stands to float32: results on footage, and speed.
// `npm run -s bench:int8 -- --calibrate CLIP --judge CLIP [--judge CLIP…] [--model NAME] [--pictures 64] [--frames 600] [--batch 1,4,8,16] [--rounds 9] [--json]`.
// Each clip of --calibrate is calibrated on, with drawings, by itself, and judged on every clip of --judge but itself: name two clips in both for both directions. `--calibrate none`
// calibrates on drawings alone. Speed is measured with both networks in turn in one run, so that both see the same machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { calibrationFrames } from '../src/cli/calibration-frames.ts';
import { listedPictures } from '../src/cli/models-quantize.ts';
import type { Backend, LocalModel } from '../src/engine/backend.ts';
import { openOnnx, openOnnxInt8 } from '../src/engine/backends/onnx.ts';
import { prepareModel } from '../src/engine/models/model-preparation.ts';
import { type Agreement, agreementOf, criteriaOf } from '../src/engine/quantization/agreement.ts';
import { calibrationDrawings, type QuantisationOutcome, quantiseModel } from '../src/engine/quantization/model-quantisation.ts';
import { silentLogger } from '../src/util/logger.ts';
import { quantile } from '../src/util/percentile.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    calibrate: { type: 'string', multiple: true, default: ['none'] },
    judge: { type: 'string', multiple: true, default: [] },
    model: { type: 'string', default: 'inception-v3-content-safety' },
    pictures: { type: 'string', default: '64' },
    frames: { type: 'string', default: '600' },
    batch: { type: 'string', default: '1,4,8,16' },
    rounds: { type: 'string', default: '9' },
    threads: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const [pictures, frames, rounds, threads] = [Number(values.pictures), Number(values.frames), Number(values.rounds), Number(values.threads)];
const NONE = 'none';
const OPTIONS = { device: 'cpu', threads, features: false } as const;
const JUDGED_AT_ONCE = 8;

interface Judged {
  readonly calibrated: string;
  readonly judged: string;
  readonly agreement: Agreement;
}

interface Speed {
  readonly batch: number;
  readonly float32Ms: number;
  readonly int8Ms: number;
  /** Median of the ratios of neighbours in time, and the quartiles. */
  readonly ratio: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

const stateDir = mkdtempSync(path.join(tmpdir(), 'framewatch-bench-'));
process.on('exit', () => rmSync(stateDir, { recursive: true, force: true }));
const model = await prepareModel({ name: values.model, modelsDir: path.resolve(import.meta.dirname, '../models'), stateDir, logger: silentLogger });
const view = { size: model.inputSize, fit: model.fit };

function framesOf(source: string, most: number): Promise<readonly Uint8Array[]> {
  const ffmpeg = { path: null, hwaccel: 'none' } as const;
  return calibrationFrames(ffmpeg, { sources: [source], most, view, signal: new AbortController().signal });
}

async function quantised(source: string): Promise<QuantisationOutcome> {
  const drawn = calibrationDrawings(pictures, model.inputSize);
  const list = source === NONE ? drawn : [...drawn, ...(await framesOf(source, pictures))];
  const wanted = {
    model,
    pictures: listedPictures(list, model.inputSize),
    threads,
    batchSizes: [JUDGED_AT_ONCE],
    signal: new AbortController().signal,
  };
  return quantiseModel({ ...wanted, onProgress: () => undefined });
}

async function classify(backend: Backend, shown: readonly Uint8Array[], { labels }: LocalModel): Promise<Float32Array> {
  const results = new Float32Array(shown.length * labels.length);
  for (let from = 0; from < shown.length; from += JUDGED_AT_ONCE) {
    const some = shown.slice(from, from + JUDGED_AT_ONCE);
    results.set((await backend.run(Uint8Array.from(Buffer.concat(some)), some.length)).probabilities, from * labels.length);
  }
  return results;
}

async function timed(backend: Backend, pixels: Uint8Array, batch: number): Promise<number> {
  const start = performance.now();
  await backend.run(pixels, batch);
  return performance.now() - start;
}

async function speedOf(float: Backend, int8: Backend, batch: number): Promise<Speed> {
  const pixels = Uint8Array.from(Buffer.concat(calibrationDrawings(batch, model.inputSize)));
  for (const backend of [float, int8]) await timed(backend, pixels, batch);
  const pairs: { readonly float: number; readonly int8: number }[] = [];
  for (let round = 0; round < rounds; round += 1) pairs.push({ float: await timed(float, pixels, batch), int8: await timed(int8, pixels, batch) });
  const ratios = pairs.map((pair) => pair.float / pair.int8);
  return {
    batch,
    float32Ms: quantile(
      pairs.map((pair) => pair.float),
      0.5,
    ),
    int8Ms: quantile(
      pairs.map((pair) => pair.int8),
      0.5,
    ),
    ratio: quantile(ratios, 0.5),
    lowerQuartile: quantile(ratios, 0.25),
    upperQuartile: quantile(ratios, 0.75),
  };
}

const float = await openOnnx(model, OPTIONS);
const judged: Judged[] = [];
const speeds: Speed[] = [];
const shown = new Map<string, readonly Uint8Array[]>();
const wanted = new Map<string, Float32Array>();
let sizes: { readonly floatBytes: number; readonly int8Bytes: number } | undefined;
for (const clip of values.judge) {
  const list = await framesOf(clip, frames);
  shown.set(clip, list);
  wanted.set(clip, await classify(float, list, model));
}
for (const [index, source] of values.calibrate.entries()) {
  const outcome = await quantised(source);
  sizes = { floatBytes: outcome.floatBytes, int8Bytes: outcome.graph.length };
  if (outcome.fault !== null) console.error(`calibrated on ${source}: ${outcome.fault.message}`);
  const file = path.join(stateDir, `int8-${index}.onnx`);
  writeFileSync(file, outcome.graph);
  const int8 = await openOnnxInt8(model, file, OPTIONS);
  for (const [clip, list] of shown) {
    if (clip === source) continue;
    const agreement = agreementOf(wanted.get(clip) ?? new Float32Array(), await classify(int8, list, model), model.labels.length);
    judged.push({ calibrated: path.basename(source), judged: path.basename(clip), agreement });
  }
  console.error(`judged: calibrated on ${path.basename(source)}`);
  if (index === 0 && rounds > 0) for (const batch of values.batch.split(',').map(Number)) speeds.push(await speedOf(float, int8, batch));
  await int8.close();
}
await float.close();

if (values.json)
  console.log(
    JSON.stringify({ model: model.name, judged: judged.map((one) => ({ ...one, criteria: criteriaOf(one.agreement) })), speeds, sizes }, null, 2),
  );
else {
  for (const { calibrated, judged: clip, agreement } of judged) {
    console.log(`\ncalibrated on ${calibrated} and drawings, judged on ${agreement.pictures} frames of ${clip} (${agreement.clear} clear):\n`);
    printTable(
      ['', 'int8', 'wanted', ''],
      [
        ...criteriaOf(agreement).map(({ name, value, required, met }) => [name, value.toFixed(4), required, met ? 'met' : 'NOT MET']),
        ['frames with any label on the other side', agreement.picturesWithCrossing.toFixed(4), '', ''],
      ],
    );
  }
  console.log('');
  printTable(
    ['batch', 'float32, ms', 'int8, ms', 'float32 : int8', 'quartiles'],
    speeds.map(({ batch, float32Ms, int8Ms, ratio, lowerQuartile, upperQuartile }) => [
      batch,
      float32Ms,
      int8Ms,
      ratio,
      `${lowerQuartile.toFixed(2)} to ${upperQuartile.toFixed(2)}`,
    ]),
  );
  if (sizes)
    console.log(
      `\nsize: int8 ${(sizes.int8Bytes / 1e6).toFixed(1)} MB, float32 ${(sizes.floatBytes / 1e6).toFixed(1)} MB: ${(sizes.int8Bytes / sizes.floatBytes).toFixed(3)}`,
    );
}
