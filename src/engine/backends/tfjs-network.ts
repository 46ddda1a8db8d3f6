import type * as tf from '@tensorflow/tfjs';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { BackendOutput, LocalModel } from '../backend.ts';
import { readLayersModel } from '../layers-model.ts';

/** The TensorFlow.js module of a backend, its device already chosen. */
export type TensorFlow = typeof tf;

/**
 * A layers-model on TensorFlow.js, whatever device lies under it. Same pixels in, same probabilities out as the converted graph.
 * Every tensor of a run is disposed before `run` returns.
 */
export class TfjsNetwork {
  readonly #tf: TensorFlow;
  readonly #model: tf.LayersModel;
  readonly #local: LocalModel;
  readonly #features: boolean;

  private constructor(tensorflow: TensorFlow, model: tf.LayersModel, local: LocalModel, features: boolean) {
    this.#tf = tensorflow;
    this.#model = model;
    this.#local = local;
    this.#features = features;
  }

  /** Throws FramewatchError MODEL_NOT_FOUND, MODEL_HASH_MISMATCH, MODEL_INVALID; ENGINE_START_FAILED when TensorFlow.js refuses the model. */
  static async load(tensorflow: TensorFlow, local: LocalModel, features: boolean): Promise<TfjsNetwork> {
    const source = await readLayersModel(local.layersModel, local.sha256);
    const { outputLayers } = local.layersModel;
    try {
      const whole = await tensorflow.loadLayersModel({
        load: () =>
          Promise.resolve({
            modelTopology: source.topology,
            weightSpecs: source.specs.map(({ byteLength: _, shape, ...spec }) => ({ ...spec, shape: [...shape] })),
            weightData: exactBuffer(source.data),
          }),
      });
      const names = features && outputLayers.features !== null ? [outputLayers.probabilities, outputLayers.features] : [outputLayers.probabilities];
      // The layers are shared with `whole`, and so are the weights: nothing of it has to be freed.
      const model = tensorflow.model({ inputs: whole.inputs, outputs: names.map((name) => symbolicOutput(whole.getLayer(name))) });
      return new TfjsNetwork(tensorflow, model, local, names.length > 1);
    } catch (error) {
      throw new FramewatchError('ENGINE_START_FAILED', `TensorFlow.js could not load the model ${local.name}: ${messageOf(error)}`, { cause: error });
    }
  }

  async run(pixels: Uint8Array, size: number): Promise<BackendOutput> {
    const outputs = this.#tf.tidy(() => {
      const predicted = this.#model.predict(this.#input(pixels, size), { batchSize: size });
      return Array.isArray(predicted) ? predicted : [predicted];
    });
    try {
      const [probabilities, features] = await Promise.all(outputs.map((tensor) => tensor.data<'float32'>()));
      if (probabilities === undefined) throw new Error('the model gave no output');
      return { probabilities, features: this.#features ? (features ?? null) : null };
    } finally {
      this.#tf.dispose(outputs);
    }
  }

  /** Tensors that live now, all networks together: constant between runs. */
  liveTensors(): number {
    return this.#tf.memory().numTensors;
  }

  dispose(): void {
    this.#model.dispose();
  }

  #input(pixels: Uint8Array, size: number): tf.Tensor {
    const { inputSize, normalisation, layersModel } = this.#local;
    // Uint8 becomes int32 first: TensorFlow.js has no smaller integer.
    const raw = this.#tf.tensor4d(pixels, [size, inputSize, inputSize, 3], 'int32');
    const ordered = layersModel.colourOrder === 'rgb' ? raw : this.#tf.reverse(raw, 3);
    return ordered.toFloat().sub(normalisation.mean).div(normalisation.scale);
  }
}

function symbolicOutput(layer: tf.layers.Layer): tf.SymbolicTensor {
  const { output } = layer;
  const [first] = Array.isArray(output) ? output : [output];
  if (first === undefined) throw new Error(`layer ${layer.name} has no output`);
  return first;
}

/** TensorFlow.js takes an ArrayBuffer that holds nothing else; the joined files may lie in a pool. */
function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
