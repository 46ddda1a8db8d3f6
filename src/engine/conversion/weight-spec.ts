import { FramewatchError } from '../../util/errors.ts';

/**
 * One tensor of a layers-model's weights manifest.
 * Form: TensorFlow.js `WeightsManifestEntry` (tfjs-core, io/types).
 */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32';
  /** How the stored integers become floats; absent when floats are stored. */
  readonly quantization?: { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number };
  /** As stored. */
  readonly byteLength: number;
}

/** A tensor ready for arithmetic. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Throws FramewatchError MODEL_INVALID on a manifest of another form, MODEL_UNSUPPORTED_LAYER on a storage type that is not known. */
export function readWeightSpecs(weights: unknown): readonly WeightSpec[] {
  if (!Array.isArray(weights)) throw new FramewatchError('MODEL_INVALID', 'weights manifest: a group has no list of weights');
  return weights.map((entry: unknown) => readSpec(entry));
}

/** The floats of one tensor: `value × scale + min` in double precision, rounded once, exactly as TensorFlow.js does it. */
export function readFloats(spec: WeightSpec, data: Uint8Array, offset: number): FloatTensor {
  const { quantization, shape } = spec;
  const length = sizeOf(shape);
  // A copy: the place of a tensor inside the joined files need not be aligned to its values.
  const bytes = data.slice(offset, offset + spec.byteLength);
  if (quantization === undefined) return { shape, values: new Float32Array(bytes.buffer, bytes.byteOffset, length) };
  const stored = quantization.dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, length);
  const values = new Float32Array(length);
  for (let index = 0; index < length; index++) values[index] = (stored[index] ?? 0) * quantization.scale + quantization.min;
  return { shape, values };
}

function readSpec(entry: unknown): WeightSpec {
  if (!isRecord(entry) || typeof entry['name'] !== 'string' || !isShape(entry['shape'])) {
    throw new FramewatchError('MODEL_INVALID', `weights manifest: not a tensor: ${JSON.stringify(entry)}`);
  }
  const { name, shape, dtype } = { name: entry['name'], shape: entry['shape'], dtype: entry['dtype'] };
  if (dtype !== 'float32') throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `weight ${name} is of type ${String(dtype)}; only float32 is known`);
  const quantization = entry['quantization'];
  if (quantization === undefined) return { name, shape, dtype, byteLength: 4 * sizeOf(shape) };
  if (!isRecord(quantization) || typeof quantization['scale'] !== 'number' || typeof quantization['min'] !== 'number') {
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `weight ${name} is quantised in a way that is not known: ${JSON.stringify(quantization)}`);
  }
  const stored = quantization['dtype'];
  if (stored !== 'uint8' && stored !== 'uint16') {
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `weight ${name} is stored as ${String(stored)}; uint8 and uint16 are known`);
  }
  const bytes = stored === 'uint8' ? 1 : 2;
  return {
    name,
    shape,
    dtype,
    quantization: { dtype: stored, scale: quantization['scale'], min: quantization['min'] },
    byteLength: bytes * sizeOf(shape),
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function isShape(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
