import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/engine/models/sha256.ts';
import { ATTRIBUTE_TYPE, DATA_TYPE, encodeModel, type TensorMessage } from '../../src/engine/onnx/onnx-message.ts';

const SIZE = 16;
const NAME = 'light';

/**
 * Writes the folder of a network that knows one thing: whether a picture is `light` or `dark` (its mean against the middle grey). It starts at once and judges
 * a picture in microseconds, so that a test of what comes behind the network is not one of the network. Returns the model's name.
 */
export function writeLightModel(modelsDir: string): string {
  const folder = join(modelsDir, NAME);
  mkdirSync(folder, { recursive: true });
  const bytes = lightNetwork();
  writeFileSync(join(folder, 'light.onnx'), bytes);
  writeFileSync(join(folder, 'labels.yaml'), '- name: dark\n- name: light\n');
  const manifest = {
    ...{ schema: 1, name: NAME, title: 'Made by a test', architecture: 'mean', format: 'onnx', source: { file: 'light.onnx' } },
    weightsSha256: sha256(bytes),
    input: { name: 'picture', size: SIZE, layout: 'nhwc', dtype: 'uint8', colourOrder: 'rgb', fit: 'stretch' },
    outputs: { probabilities: { tensor: 'classes' } },
    ...{ labels: 'labels.yaml', license: { spdx: 'Apache-2.0', origin: 'made by a test' }, selfTest: 'none' },
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'model.yaml'), JSON.stringify(manifest));
  return NAME;
}

function lightNetwork(): Uint8Array {
  const node = (
    opType: string,
    input: readonly string[],
    output: string,
    attribute: Parameters<typeof encodeModel>[0]['graph']['node'][number]['attribute'] = [],
  ) => ({
    ...{ name: output, opType, input, output: [output], attribute },
  });
  const input = {
    name: 'picture',
    type: { tensorType: { elemType: DATA_TYPE.uint8, shape: { dim: [{ dimParam: 'N' }, ...[SIZE, SIZE, 3].map((dimValue) => ({ dimValue }))] } } },
  };
  const output = { name: 'classes', type: { tensorType: { elemType: DATA_TYPE.float32, shape: { dim: [{ dimParam: 'N' }, { dimValue: 2 }] } } } };
  return encodeModel({
    irVersion: 8,
    producerName: 'a test',
    producerVersion: '1',
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'light',
      node: [
        node('Cast', ['picture'], 'floats', [{ name: 'to', type: ATTRIBUTE_TYPE.int, i: DATA_TYPE.float32 }]),
        node('Transpose', ['floats'], 'planes', [{ name: 'perm', type: ATTRIBUTE_TYPE.ints, ints: [0, 3, 1, 2] }]),
        node('GlobalAveragePool', ['planes'], 'means'),
        node('Reshape', ['means', 'flat'], 'colours'),
        node('Gemm', ['colours', 'weights', 'bias'], 'logits'),
        node('Softmax', ['logits'], 'classes', [{ name: 'axis', type: ATTRIBUTE_TYPE.int, i: 1 }]),
      ],
      initializer: [
        floats('weights', [3, 2], [-0.02, 0.02, -0.02, 0.02, -0.02, 0.02]),
        floats('bias', [2], [7.65, -7.65]),
        { name: 'flat', dims: [2], dataType: DATA_TYPE.int64, rawData: new Uint8Array(BigInt64Array.from([-1n, 3n]).buffer) },
      ],
      input: [input],
      output: [output],
    },
  });
}

function floats(name: string, dims: readonly number[], values: readonly number[]): TensorMessage {
  return { name, dims, dataType: DATA_TYPE.float32, rawData: new Uint8Array(Float32Array.from(values).buffer) };
}
