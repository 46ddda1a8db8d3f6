import { itemsOf } from './keras-layer.ts';
import { type GraphTensor, type LayerContext, onlyInput, pictureInput, requireChannelsLast, unsupported } from './layer-conversion.ts';

/** Keras flattens height, width, channel in this order; a graph that lies channels-first is turned for it, unless only channels are left. */
export function convertFlatten(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  requireChannelsLast(layer);
  const input = onlyInput(context);
  if (input.kind === 'vector') return input;
  return { kind: 'vector', name: graph.node('Flatten', layer.name, [channelsLast(context, input)], { axis: 1 }), length: sizeOf(input) };
}

/** To a vector or a picture, one extent of which may be -1: what is left. The order is that of Keras, channels last. */
export function convertReshape(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  const input = onlyInput(context);
  // TensorFlow.js writes null for -1.
  const wanted = itemsOf(layer.config.raw('target_shape')).map((extent) => Number(extent ?? -1));
  const known = wanted.filter((extent) => extent !== -1).reduce((product, extent) => product * extent, 1);
  const shape = wanted.map((extent) => (extent === -1 ? sizeOf(input) / known : extent));
  const [height = 0, width = 0, channels = 0] = shape;
  if (shape.reduce((product, extent) => product * extent, 1) !== sizeOf(input) || (shape.length !== 1 && shape.length !== 3))
    return unsupported(layer, `target_shape ${JSON.stringify(wanted)}; one or three extents that hold ${sizeOf(input)} values are supported`);
  const target = graph.integers(`${layer.name}/shape`, [-1, ...shape]);
  const flat = graph.node('Reshape', layer.name, [input.kind === 'vector' ? input.name : channelsLast(context, input), target]);
  if (shape.length === 1) return { kind: 'vector', name: flat, length: sizeOf(input) };
  return { kind: 'picture', name: graph.node('Transpose', `${layer.name}/picture`, [flat], { perm: [0, 3, 1, 2] }), height, width, channels };
}

/** Zeros around a picture: `[[top, bottom], [left, right]]`, `[rows, columns]` or one number for all sides. */
export function convertZeroPadding(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  requireChannelsLast(layer);
  const input = pictureInput(context);
  const [top, bottom, left, right] = sidesOf(context, 'padding');
  const pads = graph.integers(`${layer.name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  const name = graph.node('Pad', layer.name, [input.name, pads]);
  return { ...input, name, height: input.height + top + bottom, width: input.width + left + right };
}

/** Pixels cut off a picture's sides, in the forms of ZeroPadding2D. */
export function convertCropping(context: LayerContext): GraphTensor {
  const { graph, layer } = context;
  requireChannelsLast(layer);
  const input = pictureInput(context);
  const [top, bottom, left, right] = sidesOf(context, 'cropping');
  const [height, width] = [input.height - top - bottom, input.width - left - right];
  if (height < 1 || width < 1) return unsupported(layer, 'cuts everything off');
  const list = (name: string, values: readonly number[]) => graph.integers(`${layer.name}/${name}`, values);
  const inputs = [input.name, list('starts', [top, left]), list('ends', [top + height, left + width]), list('axes', [2, 3])];
  return { ...input, name: graph.node('Slice', layer.name, inputs), height, width };
}

function channelsLast({ graph, layer }: LayerContext, input: Extract<GraphTensor, { kind: 'picture' }>): string {
  return input.height * input.width === 1 ? input.name : graph.node('Transpose', layer.name, [input.name], { perm: [0, 2, 3, 1] });
}

function sizeOf(tensor: GraphTensor): number {
  return tensor.kind === 'vector' ? tensor.length : tensor.height * tensor.width * tensor.channels;
}

function sidesOf(context: LayerContext, key: string): readonly [top: number, bottom: number, left: number, right: number] {
  const raw: unknown = context.layer.config.raw(key);
  const [rows, columns] = typeof raw === 'number' ? [raw, raw] : itemsOf(raw);
  return [...sides(context, rows, key), ...sides(context, columns, key)];
}

function sides(context: LayerContext, value: unknown, key: string): readonly [number, number] {
  if (typeof value === 'number') return [value, value];
  const [before, behind] = itemsOf(value);
  return typeof before === 'number' && typeof behind === 'number' ? [before, behind] : unsupported(context.layer, `${key} ${JSON.stringify(value)}`);
}
