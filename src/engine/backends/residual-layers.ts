import type * as tf from '@tensorflow/tfjs';
import { lambdaScale } from '../conversion/layer-merge.ts';
import type { TensorFlow } from './tfjs-network.ts';

/** The configuration of either layer, as TensorFlow.js hands it over. */
interface ResidualConfig {
  readonly name: string;
  readonly scale?: number;
  readonly arguments?: unknown;
}

type ResidualLayer = new (config: ResidualConfig) => tf.layers.Layer;

/**
 * Teaches TensorFlow.js the residual connections of Keras' Inception-ResNet-v2, `first + second × scale`, which it does not know: `CustomScaleLayer`, and
 * the `Lambda` that stood in its place before Keras 2.13. Any other Lambda is refused, by name, when a model with it is loaded.
 */
export function registerResidualLayers(tensorflow: TensorFlow): { readonly CustomScaleLayer: ResidualLayer; readonly Lambda: ResidualLayer } {
  class CustomScaleLayer extends tensorflow.layers.Layer {
    static className = 'CustomScaleLayer';
    readonly #config: ResidualConfig;
    readonly #scale: number;

    constructor(config: ResidualConfig) {
      super(config);
      this.#config = config;
      this.#scale = scaleOf(config);
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      const [first, second, ...more] = [inputs].flat();
      if (first === undefined || second === undefined || more.length > 0) throw new Error(`layer ${this.name} takes two inputs`);
      return tensorflow.add(first, tensorflow.mul(second, this.#scale));
    }

    override computeOutputShape(shapes: tf.Shape | tf.Shape[]): tf.Shape {
      return (Array.isArray(shapes[0]) ? shapes[0] : shapes) as tf.Shape;
    }

    override getConfig(): tf.serialization.ConfigDict {
      return { ...super.getConfig(), ...this.#config } as tf.serialization.ConfigDict;
    }
  }
  class Lambda extends CustomScaleLayer {
    static override className = 'Lambda';
  }
  tensorflow.serialization.registerClass(CustomScaleLayer);
  tensorflow.serialization.registerClass(Lambda);
  return { CustomScaleLayer, Lambda };
}

function scaleOf({ name, scale, arguments: given }: ResidualConfig): number {
  const found = scale ?? lambdaScale(name, given);
  if (typeof found === 'number') return found;
  throw new Error(`layer ${name} is a Lambda: its code cannot be run here`);
}
