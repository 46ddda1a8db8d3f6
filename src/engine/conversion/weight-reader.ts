import { FramewatchError } from '../../util/errors.ts';
import type { KerasLayer } from './keras-layer.ts';
import type { LayersModel } from './layers-model.ts';
import { type FloatTensor, readFloats, type WeightSpec } from './weight-spec.ts';

interface StoredWeight {
  readonly spec: WeightSpec;
  readonly offset: number;
}

/** The weights of a layers-model by layer. Tensors become floats one at a time, when a layer asks for them: 22 million weights at once would be 90 MB more. */
export class WeightReader {
  readonly #data: Uint8Array;
  readonly #byLayer = new Map<string, StoredWeight[]>();

  constructor(model: LayersModel) {
    this.#data = model.data;
    let offset = 0;
    for (const spec of model.specs) {
      for (const key of keysOf(spec.name)) this.#byLayer.set(key, [...(this.#byLayer.get(key) ?? []), { spec, offset }]);
      offset += spec.byteLength;
    }
  }

  /** Null when there is none. Throws FramewatchError MODEL_INVALID when two layers share a name, so that it could be either's. */
  read(layer: KerasLayer, name: string): FloatTensor | null {
    const [found, ...others] = this.#byLayer.get(`${layer.ownName}/${name}`) ?? [];
    if (others.length > 0)
      throw new FramewatchError('MODEL_INVALID', `layer ${layer.name}: the weights hold ${name} of ${others.length + 1} layers of this name`);
    return found === undefined ? null : readFloats(found.spec, this.#data, found.offset);
  }
}

/**
 * What a weight is looked for by: its last two names, `conv2d/kernel`; a nested model's name may stand before them. TensorFlow 2.2 put one more name
 * between layer and weight, `conv2d/cell/kernel`.
 */
function keysOf(name: string): ReadonlySet<string> {
  const parts = name.split('/');
  const last = parts.at(-1) ?? name;
  return new Set([parts.slice(-2).join('/'), ...(parts.length > 2 ? [`${parts.at(-3) ?? ''}/${last}`] : [])]);
}
