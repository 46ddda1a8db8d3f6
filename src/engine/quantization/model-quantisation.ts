import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FramewatchError } from '../../util/errors.ts';
import type { Backend, LocalModel, SelfTest } from '../backend.ts';
import { openOnnxInt8 } from '../backends/onnx.ts';
import { requireRunnable } from '../backends/runnable-formats.ts';
import type { SelfTestKind } from '../engine.ts';
import { DATA_TYPE } from '../onnx/onnx-message.ts';
import { ONNX_PROBABILITIES } from '../onnx/onnx-picture-input.ts';
import { askForGolden } from '../self-test/golden-pictures.ts';
import { DRAWING_NAMES, drawTestPicture } from '../self-test/test-picture.ts';
import { type Agreement, agreementOf } from './agreement.ts';
import type { CalibrationPictures } from './calibration.ts';
import type { Graph } from './graph.ts';
import { readGraph, writeGraph } from './graph-file.ts';
import { openRun } from './graph-run.ts';
import { Int8SelfTest } from './int8-self-test.ts';
import { type Quantised, quantise } from './quantise.ts';

export interface ModelQuantisation {
  readonly model: LocalModel;
  readonly pictures: CalibrationPictures;
  /** 0 = all cores. */
  readonly threads: number;
  /** At which the int8 network must pass its self-test. */
  readonly batchSizes: readonly number[];
  /** Ends the work with its reason. */
  readonly signal: AbortSignal;
  onProgress(done: number, of: number): void;
}

export interface QuantisationOutcome extends Pick<Quantised, 'kept' | 'layers'> {
  /** An ONNX file. */
  readonly graph: Uint8Array;
  readonly floatBytes: number;
  /** Name of the float form that it was made of. */
  readonly floatForm: string;
  /** What the float network says of drawn pictures. */
  readonly expected: SelfTest;
  /** MODEL_SELF_TEST_FAILED; null when it passed at every batch size. */
  readonly fault: FramewatchError | null;
  readonly selfTest: SelfTestKind;
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
 * Makes the int8 form of a model, holds it against float32, and lets it pass its self-test; writes nothing that stays.
 * Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE (its format is not for ONNX Runtime), MODEL_UNSUPPORTED_LAYER (nothing of it can be computed so), or the reason of `signal`.
 */
export async function quantiseModel(wanted: ModelQuantisation): Promise<QuantisationOutcome> {
  const { model, pictures, threads, signal } = wanted;
  requireRunnable('onnx', model);
  if (model.onnxFile === null) throw new FramewatchError('INTERNAL', `the model ${model.name} was not converted`);
  const floatFile = await readFile(model.onnxFile);
  const float = readGraph(floatFile);
  const quantised = await quantise(float, pictures, { threads, signal, onProgress: (done, of) => wanted.onProgress(done, of) });
  if (quantised.layers.length === 0)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the model ${model.name} has no convolution that can be computed in int8`);
  const bytes = writeGraph(quantised.graph);
  const classifyFloat = await openClassifier(float, model, wanted);
  const classifyInt8 = await openClassifier(quantised.graph, model, wanted);
  try {
    const held = drawings(FIRST_HELD_SEED, HELD, model.inputSize);
    const agreement = agreementOf(await classifyFloat.all(held), await classifyInt8.all(held), model.labels.length);
    const { selfTest: expected } = await askForGolden(
      async ({ pixels, count }) => ({ probabilities: await classifyFloat.batch(pixels, count), features: null, inferenceMs: 0 }),
      model,
    );
    const test = new Int8SelfTest(model, expected);
    const fault = await faultOf(test, bytes, wanted);
    const facts = { floatBytes: floatFile.length, floatForm: basename(model.onnxFile), expected, fault, selfTest: test.kind };
    return { kept: quantised.kept, layers: quantised.layers, graph: bytes, agreement, ...facts };
  } finally {
    await Promise.all([classifyFloat.close(), classifyInt8.close()]);
  }
}

/** Runs the graph as the engine will, from a file. */
async function faultOf(
  test: Int8SelfTest,
  graph: Uint8Array,
  { model, threads, batchSizes, signal }: ModelQuantisation,
): Promise<FramewatchError | null> {
  const folder = await mkdtemp(join(tmpdir(), 'framewatch-int8-'));
  let backend: Backend | undefined;
  try {
    const file = join(folder, 'int8.onnx');
    await writeFile(file, graph);
    backend = await openOnnxInt8(model, file, { device: 'cpu', threads, features: false });
    for (const size of batchSizes) {
      signal.throwIfAborted();
      await test.runAll(backend, size);
    }
    return null;
  } catch (error) {
    if (error instanceof FramewatchError && error.code === 'MODEL_SELF_TEST_FAILED') return error;
    throw error;
  } finally {
    await backend?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs a converted graph for its probabilities. */
interface Classifier {
  batch(pixels: Uint8Array, count: number): Promise<Float32Array>;
  all(pictures: readonly Uint8Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}

const BATCH = 4;

async function openClassifier(graph: Graph, { inputSize, labels }: LocalModel, { threads, signal }: ModelQuantisation): Promise<Classifier> {
  const run = await openRun(graph, inputSize, [{ name: ONNX_PROBABILITIES, dataType: DATA_TYPE.float32 }], threads);
  const batch = async (pixels: Uint8Array, count: number) => {
    signal.throwIfAborted();
    return (await run.run(pixels, count)).get(ONNX_PROBABILITIES)?.data ?? new Float32Array();
  };
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
