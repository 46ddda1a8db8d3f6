import { NO_NORMALISATION } from '../../src/engine/network-source.ts';
import { OnnxGraph } from '../../src/engine/onnx/onnx-graph.ts';
import { addPictureInput, ONNX_FEATURES, ONNX_PROBABILITIES } from '../../src/engine/onnx/onnx-picture-input.ts';
import type { Graph } from '../../src/engine/quantization/graph.ts';
import { readGraph } from '../../src/engine/quantization/graph-file.ts';
import { noise } from './small-model.ts';

export const NETWORK_SIZE = 12;
const NETWORK_LABELS = 3;

export interface SmallNetworkOptions {
  readonly seed?: number;
  /** Weights are whole multiples of a step, as of a model that was stored in 8 bits. */
  readonly lattice?: boolean;
  /** Filters of the first convolution: with one it is cheap enough to stay in float. */
  readonly firstFilters?: number;
}

/**
 * What an Inception network is made of, in small: two convolutions, MaxPool, a block of four branches (pointwise, 3 × 3, AveragePool before a pointwise one, MaxPool) that are joined,
 * an average, a classifier. In the form of all converted models.
 */
export function smallNetwork(options: SmallNetworkOptions = {}): Graph {
  return readGraph(smallNetworkFile(options));
}

export function smallNetworkFile({ seed = 1, lattice = false, firstFilters = 4 }: SmallNetworkOptions = {}): Uint8Array {
  const graph = new OnnxGraph('small');
  const values = (length: number, spread: number, at: number) =>
    Float32Array.from(noise(length, seed * 100 + at), (byte) => (lattice ? ((byte % 201) - 100) * (spread / 100) : spread * (byte / 127.5 - 1)));
  let made = 0;
  const convolution = (from: string, name: string, [filters, channels, area]: readonly [number, number, number], pad: number) => {
    made += 2;
    const spread = 1.5 / Math.sqrt(channels * area * area);
    const kernel = graph.floats(`${name}/kernel`, [filters, channels, area, area], values(filters * channels * area * area, spread, made));
    const bias = graph.floats(`${name}/bias`, [filters], values(filters, 0.2, made + 1));
    const node = graph.node('Conv', name, [from, kernel, bias], {
      kernel_shape: [area, area],
      pads: [pad, pad, pad, pad],
      strides: [1, 1],
      dilations: [1, 1],
    });
    return graph.node('Relu', name, [node]);
  };
  const pool = (opType: 'MaxPool' | 'AveragePool', from: string, name: string, stride: number, pad: number) =>
    graph.node(opType, name, [from], {
      ...{ kernel_shape: [3, 3], strides: [stride, stride], pads: [pad, pad, pad, pad] },
      ...(opType === 'AveragePool' ? { count_include_pad: 0 } : {}),
    });
  const normalisation = { ...NO_NORMALISATION, scale: [255, 255, 255] as const };
  const source = addPictureInput(graph, { layout: 'nchw', dtype: 'float32', colourOrder: 'rgb', normalisation, size: NETWORK_SIZE });
  const first = convolution(source, 'first', [firstFilters, 3, 3], 1);
  const second = convolution(first, 'second', [8, firstFilters, 3], 1);
  const pooled = pool('MaxPool', second, 'halved', 2, 1);
  const branches = [
    convolution(pooled, 'one', [6, 8, 1], 0),
    convolution(pooled, 'three', [6, 8, 3], 1),
    convolution(pool('AveragePool', pooled, 'mean', 1, 1), 'behind', [5, 8, 1], 0),
    pool('MaxPool', pooled, 'largest', 1, 1),
  ];
  const joined = graph.node('Concat', 'joined', branches, { axis: 1 });
  const last = convolution(joined, 'last', [10, 25, 1], 0);
  const features = graph.node('Flatten', 'flat', [graph.node('GlobalAveragePool', 'average', [last])], { axis: 1 });
  const classifier = graph.floats('classes/kernel', [10, NETWORK_LABELS], values(10 * NETWORK_LABELS, 3, 90));
  const logits = graph.node('Gemm', 'classes', [features, classifier]);
  graph.output(ONNX_PROBABILITIES, graph.node('Softmax', 'classes', [logits], { axis: 1 }), ['N', NETWORK_LABELS]);
  graph.output(ONNX_FEATURES, features, ['N', 10]);
  return graph.encode('test');
}

/** Pictures that are not all alike: soft shapes with noise. */
export function smallPictures(count: number, seed = 7): Uint8Array {
  const bytes = NETWORK_SIZE * NETWORK_SIZE * 3;
  const rough = noise(count * bytes, seed);
  return rough.map((byte, index) => {
    const picture = Math.floor(index / bytes);
    const [row, column] = [Math.floor((index % bytes) / (NETWORK_SIZE * 3)), Math.floor((index % (NETWORK_SIZE * 3)) / 3)];
    return Math.min(255, 0.25 * byte + 190 * (((row * (1 + (picture % 3)) + column * (1 + (picture % 5))) % 24) / 24) ** 2);
  });
}
