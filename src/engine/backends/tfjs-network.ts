import type * as tf from '@tensorflow/tfjs';
import type { BackendOutput, LocalModel } from '../backend.ts';
import { type Channels, inOrder, sameForAll } from '../network-source.ts';

/** The TensorFlow.js module of a backend, its device already chosen. */
export type TensorFlow = typeof tf;

/** A model in memory, in whatever form it came. */
export interface TfjsModel {
  /** Classes, then the features where `features` says so, which needs a model that has them. Called inside `tidy`: what it makes beside them may be left behind. */
  predict(input: tf.Tensor, features: boolean): readonly tf.Tensor[];
  dispose(): void;
}

/**
 * A model on TensorFlow.js, whatever device lies under it. Same pixels in, same probabilities out as the converted graph.
 * Every tensor of a run is disposed before `run` returns.
 */
export class TfjsNetwork {
  readonly #tf: TensorFlow;
  readonly #model: TfjsModel;
  readonly #local: LocalModel;
  readonly #wantsFeatures: boolean;

  constructor(tensorflow: TensorFlow, local: LocalModel, model: TfjsModel, wantsFeatures: boolean) {
    this.#tf = tensorflow;
    this.#local = local;
    this.#model = model;
    this.#wantsFeatures = wantsFeatures;
  }

  /** `asked`: whether features are wanted of this batch. */
  async run(pixels: Uint8Array, size: number, asked: boolean = this.#wantsFeatures): Promise<BackendOutput> {
    const outputs = this.#tf.tidy(() => {
      const [classes, ...others] = this.#model.predict(this.#input(pixels, size), asked && this.#local.outputs.features !== null);
      if (classes === undefined) throw new Error('the model gave no output');
      return [this.#probabilities(classes, size), ...others];
    });
    try {
      const [probabilities = new Float32Array(), features = null] = await Promise.all(outputs.map((tensor) => tensor.data<'float32'>()));
      return { probabilities, features };
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
    const { inputSize, input } = this.#local;
    // Uint8 becomes int32: TensorFlow.js has no smaller integer. Where the network itself takes uint8, its runtime turns it back.
    const raw = this.#tf.tensor4d(pixels, [size, inputSize, inputSize, 3], 'int32');
    const ordered = input.colourOrder === 'rgb' ? raw : this.#tf.reverse(raw, 3);
    const values = input.dtype === 'uint8' ? ordered : this.#normalised(ordered);
    return input.layout === 'nchw' ? this.#tf.transpose(values, [0, 3, 1, 2]) : values;
  }

  #normalised(pixels: tf.Tensor): tf.Tensor {
    const { colourOrder, normalisation } = this.#local.input;
    const factor = (channels: Channels) => sameForAll(channels) ?? this.#tf.tensor1d([...inOrder(channels, colourOrder)]);
    return pixels.toFloat().sub(factor(normalisation.mean)).div(factor(normalisation.scale));
  }

  #probabilities(classes: tf.Tensor, size: number): tf.Tensor {
    if (this.#local.outputs.kind === 'probabilities') return classes;
    return this.#tf.softmax(this.#tf.reshape(classes, [size, -1]));
  }
}
