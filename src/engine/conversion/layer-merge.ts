import { type GraphTensor, type LayerContext, type PictureTensor, sameShape, unsupported } from './layer-conversion.ts';

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

/** Tensors of one shape, brought together value by value, one after the other; `Mean`, `Max` and `Min` take all at once. */
export function convertMerge(opType: 'Add' | 'Sub' | 'Mul' | 'Mean' | 'Max' | 'Min'): (context: LayerContext) => GraphTensor {
  return (context) => {
    const { graph, layer } = context;
    const [first, ...others] = alike(context);
    const names = others.map(({ name }) => name);
    if (opType === 'Mean' || opType === 'Max' || opType === 'Min') return { ...first, name: graph.node(opType, layer.name, [first.name, ...names]) };
    const step = (sum: string, name: string, index: number) => graph.node(opType, index === 0 ? layer.name : `${layer.name}:${index}`, [sum, name]);
    return { ...first, name: names.reduce(step, first.name) };
  };
}

/** The residual connection of Keras' Inception-ResNet-v2 since Keras 2.13: `first + second × scale`. */
export function convertCustomScaleLayer(context: LayerContext): GraphTensor {
  return scaledSum(context, context.layer.config.number('scale'));
}

/** Names that Keras gives the residual connections of its Inception-ResNet-v2. */
const RESIDUAL_BLOCK = /^block(?:35|17|8)_\d+$/;

/**
 * A Lambda is code of Python, which cannot be read. One is known: the residual connection of Keras' Inception-ResNet-v2 before 2.13, by its name, its two
 * inputs and its one argument.
 */
export function convertLambda(context: LayerContext): GraphTensor {
  const { layer } = context;
  const scale = lambdaScale(layer.ownName, layer.config.raw('arguments'));
  if (scale !== null && context.inputs.length === 2) return scaledSum(context, scale);
  return unsupported(layer, 'holds code that cannot be converted; only the scaled sums of Inception-ResNet-v2 (block35_1 and alike) are known');
}

/** The factor of such a residual connection; null when a Lambda of this name and these arguments is none. */
export function lambdaScale(name: string, given: unknown): number | null {
  if (!RESIDUAL_BLOCK.test(name) || typeof given !== 'object' || given === null) return null;
  const [[key, value] = [], ...more] = Object.entries(given) as readonly (readonly [string, unknown])[];
  return key === 'scale' && typeof value === 'number' && more.length === 0 ? value : null;
}

function scaledSum(context: LayerContext, scale: number): GraphTensor {
  const { graph, layer } = context;
  const [first, second, ...more] = alike(context);
  if (second === undefined || more.length > 0) return unsupported(layer, 'takes two inputs');
  const factor = graph.floats(`${layer.name}/scale`, [], Float32Array.of(scale));
  return { ...first, name: graph.node('Add', layer.name, [first.name, graph.node('Mul', layer.name, [second.name, factor])]) };
}

/** Two inputs or more, all of one shape. */
function alike(context: LayerContext): readonly [GraphTensor, ...GraphTensor[]] {
  const [first, ...others] = context.inputs;
  if (first === undefined || others.length === 0) return unsupported(context.layer, 'needs two inputs or more');
  if (others.some((other) => !sameShape(first, other))) return unsupported(context.layer, 'brings tensors of different shapes together');
  return [first, ...others];
}

function sameSize(context: LayerContext, first: PictureTensor, other: GraphTensor): PictureTensor {
  if (other.kind === 'picture' && other.height === first.height && other.width === first.width) return other;
  return unsupported(context.layer, 'joins pictures of different sizes');
}
