import { itemsOf } from './keras-graph.ts';
import {
  type GraphTensor,
  type LayerContext,
  onlyInput,
  type PictureTensor,
  paddingOf,
  pictureInput,
  requireChannelsLast,
  unsupported,
} from './layer-conversion.ts';
import { windowAxis } from './window-geometry.ts';

/** TensorFlow averages only real pixels under `same` padding; ONNX does so with count_include_pad = 0. */
export function convertPooling(opType: 'MaxPool' | 'AveragePool'): (context: LayerContext) => GraphTensor {
  return (context) => {
    const { graph, layer } = context;
    requireChannelsLast(layer);
    const input = pictureInput(context);
    const size = layer.config.pair('pool_size', [2, 2]);
    const strides = layer.config.pair('strides', size);
    const padding = paddingOf(layer);
    const rows = windowAxis(input.height, size[0], strides[0], padding);
    const columns = windowAxis(input.width, size[1], strides[1], padding);
    const name = graph.node(opType, layer.name, [input.name], {
      kernel_shape: size,
      strides,
      pads: [rows.before, columns.before, rows.behind, columns.behind],
      ...(opType === 'AveragePool' ? { count_include_pad: 0 } : {}),
    });
    return { ...input, name, height: rows.length, width: columns.length };
  };
}

export function convertGlobalPooling(opType: 'GlobalMaxPool' | 'GlobalAveragePool'): (context: LayerContext) => GraphTensor {
  return (context) => {
    const { graph, layer } = context;
    requireChannelsLast(layer);
    if (layer.config.flag('keepdims', false)) return unsupported(layer, 'keepdims is not supported');
    const input = pictureInput(context);
    const pooled = graph.node(opType, layer.name, [input.name]);
    return { kind: 'vector', name: graph.node('Flatten', layer.name, [pooled], { axis: 1 }), length: input.channels };
  };
}

/** Keras flattens height, width, channel in this order; a graph that lies channels-first is turned for it, unless only channels are left. */
export function convertFlatten(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  requireChannelsLast(layer);
  const input = onlyInput(context);
  if (input.kind === 'vector') return input;
  const { height, width, channels } = input;
  const ordered = height * width === 1 ? input.name : graph.node('Transpose', layer.name, [input.name], { perm: [0, 2, 3, 1] });
  return { kind: 'vector', name: graph.node('Flatten', layer.name, [ordered], { axis: 1 }), length: height * width * channels };
}

/** Joins along the channels, the last axis of Keras. */
export function convertConcatenate(context: LayerContext): GraphTensor {
  const { graph, layer, inputs } = context;
  const [first, ...others] = inputs;
  if (first === undefined) return unsupported(layer, 'has no inputs');
  const axis = layer.config.number('axis', -1);
  const name = graph.node(
    'Concat',
    layer.name,
    inputs.map((input) => input.name),
    { axis: 1 },
  );
  if (first.kind === 'vector') {
    if (axis !== -1 && axis !== 1) return unsupported(layer, `axis ${axis}; only the last is supported`);
    return {
      kind: 'vector',
      name,
      length: inputs.reduce((sum, input) => sum + (input.kind === 'vector' ? input.length : unsupported(layer, 'mixes vectors and pictures')), 0),
    };
  }
  if (axis !== -1 && axis !== 3) return unsupported(layer, `axis ${axis}; only the channels can be joined`);
  const channels = others.reduce((sum, other) => sum + sameSize(context, first, other).channels, first.channels);
  return { ...first, name, channels };
}

/** A residual connection: equal shapes, added one to the other. */
export function convertAdd(context: LayerContext): GraphTensor {
  const { graph, layer, inputs } = context;
  const [first, ...others] = inputs;
  if (first === undefined || others.length === 0) return unsupported(layer, 'needs two inputs or more');
  let sum = first.name;
  for (const [index, other] of others.entries()) {
    if (
      first.kind === 'picture'
        ? sameSize(context, first, other).channels !== first.channels
        : other.kind !== 'vector' || other.length !== first.length
    ) {
      return unsupported(layer, 'adds tensors of different shapes');
    }
    sum = graph.node('Add', index === 0 ? layer.name : `${layer.name}:${index}`, [sum, other.name]);
  }
  return { ...first, name: sum };
}

/** Zeros around a picture: `[[top, bottom], [left, right]]`, `[rows, columns]` or one number for all sides. */
export function convertZeroPadding(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  requireChannelsLast(layer);
  const input = pictureInput(context);
  const raw: unknown = layer.config.raw('padding');
  const [rows, columns] = typeof raw === 'number' ? [raw, raw] : itemsOf(raw);
  const [top, bottom] = sides(context, rows);
  const [left, right] = sides(context, columns);
  const pads = graph.integers(`${layer.name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  return {
    ...input,
    name: graph.node('Pad', layer.name, [input.name, pads]),
    height: input.height + top + bottom,
    width: input.width + left + right,
  };
}

function sides(context: LayerContext, value: unknown): readonly [number, number] {
  if (typeof value === 'number') return [value, value];
  const [before, behind] = itemsOf(value);
  return typeof before === 'number' && typeof behind === 'number' ? [before, behind] : unsupported(context.layer, `padding ${JSON.stringify(value)}`);
}

function sameSize(context: LayerContext, first: PictureTensor, other: GraphTensor): PictureTensor {
  if (other.kind === 'picture' && other.height === first.height && other.width === first.width) return other;
  return unsupported(context.layer, 'joins pictures of different sizes');
}
