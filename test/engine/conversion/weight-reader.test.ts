import { expect, it } from 'vitest';
import { type KerasLayer, LayerConfig } from '../../../src/engine/conversion/keras-layer.ts';
import { WeightReader } from '../../../src/engine/conversion/weight-reader.ts';
import { readWeightSpecs } from '../../../src/engine/conversion/weight-spec.ts';

function reader(...names: readonly string[]): WeightReader {
  const specs = readWeightSpecs(names.map((name) => ({ name, shape: [1], dtype: 'float32' })));
  return new WeightReader({ topology: {}, specs, data: new Uint8Array(Float32Array.from(names, (_, index) => index + 1).buffer) });
}

const layer = (ownName: string): KerasLayer => ({
  name: `m/${ownName}`,
  ownName,
  className: 'Dense',
  config: new LayerConfig(ownName, {}),
  inputs: [],
});

it.each([
  ['by layer and weight', 'dense/kernel'],
  ['behind the name of a nested model', 'inception_v3/dense/kernel'],
  ["with a cell's name in between, as TensorFlow 2.2 wrote it", 'dense/cell/kernel'],
])('finds a weight %s', (_, name) => {
  const weights = reader('other/kernel', name, 'dense/bias');
  expect([...(weights.read(layer('dense'), 'kernel')?.values ?? [])]).toEqual([2]);
  expect(weights.read(layer('dense'), 'gamma')).toBeNull();
});

it('does not guess between two layers of one name', () => {
  expect(() => reader('one/dense/kernel', 'two/dense/kernel').read(layer('dense'), 'kernel')).toThrow(
    'layer m/dense: the weights hold kernel of 2 layers of this name',
  );
});
