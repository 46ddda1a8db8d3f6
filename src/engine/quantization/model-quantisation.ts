import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FramewatchError } from '../../util/errors.ts';
import type { LocalModel } from '../backend.ts';
import { requireRunnable } from '../backends/runnable-formats.ts';
import type { ModelFolders } from '../models/model-store.ts';
import { DATA_TYPE } from '../onnx/onnx-message.ts';
import { ONNX_PROBABILITIES } from '../onnx/onnx-picture-input.ts';
import { askForGolden } from '../self-test/golden-pictures.ts';
import { DRAWING_NAMES, drawTestPicture } from '../self-test/test-picture.ts';
import { type Agreement, agreementOf } from './agreement.ts';
import type { CalibrationPictures } from './calibration.ts';
import type { Graph } from './graph.ts';
import { readGraph, writeGraph } from './graph-file.ts';
import { openRun } from './graph-run.ts';
import { writeInt8 } from './int8-form.ts';
import { type Quantised, quantise } from './quantise.ts';

export interface ModelQuantisation {
  readonly model: LocalModel;
  readonly folders: Pick<ModelFolders, 'stateDir'>;
  readonly pictures: CalibrationPictures;
  /** 0 = all cores. */
  readonly threads: number;
  /** ISO 8601. */
  readonly now: string;
  onProgress(done: number, of: number): void;
}

export interface QuantisationOutcome extends Pick<Quantised, 'kept' | 'layers'> {
  readonly file: string;
  readonly floatBytes: number;
  readonly int8Bytes: number;
  /** With float32, on drawings that calibration did not see. */
  readonly agreement: Agreement;
}

/** Drawn pictures for calibration; those of the self-test, and those that are held back, have other seeds. */
export function calibrationDrawings(count: number, size: number): readonly Uint8Array[] {
  return drawings(FIRST_CALIBRATION_SEED, count, size);
}

const FIRST_CALIBRATION_SEED = 1001;
const FIRST_HELD_SEED = 2001;
const HELD = 40;

/**
 * Makes the int8 form of a model, holds it against float32, and puts it where the engine looks for it, in place of an older one.
 * Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE (its format is not for ONNX Runtime), MODEL_UNSUPPORTED_LAYER (nothing of it can be computed so), or what the disk says.
 */
export async function quantiseModel(wanted: ModelQuantisation): Promise<QuantisationOutcome> {
  const { model, folders, pictures, threads, now } = wanted;
  requireRunnable('onnx', model);
  if (model.onnxFile === null) throw new FramewatchError('INTERNAL', `the model ${model.name} was not converted`);
  const floatFile = await readFile(model.onnxFile);
  const float = readGraph(floatFile);
  const quantised = await quantise(float, pictures, { threads, onProgress: (done, of) => wanted.onProgress(done, of) });
  if (quantised.layers.length === 0)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the model ${model.name} has no convolution that can be computed in int8`);
  const bytes = writeGraph(quantised.graph);
  const classifyFloat = await openClassifier(float, model, threads);
  const classifyInt8 = await openClassifier(quantised.graph, model, threads);
  try {
    const held = drawings(FIRST_HELD_SEED, HELD, model.inputSize);
    const agreement = agreementOf(await classifyFloat.all(held), await classifyInt8.all(held), model.labels.length);
    const { selfTest } = await askForGolden(
      async ({ pixels, count }) => ({ probabilities: await classifyFloat.batch(pixels, count), features: null, inferenceMs: 0 }),
      model,
    );
    const file = await writeInt8(model.name, folders, bytes, { floatForm: basename(model.onnxFile), writtenAt: now, selfTest });
    return { kept: quantised.kept, layers: quantised.layers, file, floatBytes: floatFile.length, int8Bytes: bytes.length, agreement };
  } finally {
    await Promise.all([classifyFloat.close(), classifyInt8.close()]);
  }
}

/** Runs a converted graph for its probabilities. */
interface Classifier {
  batch(pixels: Uint8Array, count: number): Promise<Float32Array>;
  all(pictures: readonly Uint8Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}

const BATCH = 4;

async function openClassifier(graph: Graph, { inputSize, labels }: LocalModel, threads: number): Promise<Classifier> {
  const run = await openRun(graph, inputSize, [{ name: ONNX_PROBABILITIES, dataType: DATA_TYPE.float32 }], threads);
  const batch = async (pixels: Uint8Array, count: number) => (await run.run(pixels, count)).get(ONNX_PROBABILITIES)?.data ?? new Float32Array();
  return {
    batch,
    async all(pictures) {
      const results = new Float32Array(pictures.length * labels.length);
      for (let from = 0; from < pictures.length; from += BATCH) {
        const some = pictures.slice(from, from + BATCH);
        results.set(await batch(Uint8Array.from(Buffer.concat(some)), some.length), from * labels.length);
      }
      return results;
    },
    close: () => run.close(),
  };
}

function drawings(firstSeed: number, count: number, size: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const seed = firstSeed + Math.floor(index / DRAWING_NAMES.length);
    return drawTestPicture(DRAWING_NAMES[index % DRAWING_NAMES.length] ?? '', seed, size);
  });
}
