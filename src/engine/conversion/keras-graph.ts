import { FramewatchError } from '../../util/errors.ts';
import { asList, asObject, itemsOf, type KerasLayer, LayerConfig } from './keras-layer.ts';

/** A Keras model with one input, models inside of models laid open; layers in an order in which each stands behind those that feed it. */
export interface KerasGraph {
  readonly layers: readonly KerasLayer[];
  /** Names of the layers that give the model's results. */
  readonly outputs: readonly string[];
  /** Height, width, channels of the input; null where any size will do. */
  readonly inputShape: readonly [height: number | null, width: number | null, channels: number];
}

/** What stands for the ends of a nested model: gives on what feeds it. No class of a file can be called so. */
export const PASS = '(end of a nested model)';

const MODEL_CLASSES: readonly string[] = ['Model', 'Functional', 'Sequential'];

/**
 * Reads the topology of a Keras layers-model (`class_name` Model, Functional or Sequential).
 * Throws FramewatchError MODEL_INVALID when it is none, MODEL_UNSUPPORTED_LAYER when it has more than one input, or uses a layer twice.
 */
export function readKerasGraph(topology: object): KerasGraph {
  const root = asObject(topology, 'topology');
  const { layers, outputs } = readModel(asObject(root['model_config'] ?? root, 'model_config'), { prefix: '', feed: null });
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const [input, ...others] = layers.filter((layer) => layer.className === 'InputLayer');
  if (input === undefined || others.length > 0)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the model has ${input ? others.length + 1 : 0} inputs; one is supported`);
  return { layers: sorted(layers, byName), outputs, inputShape: inputShape(input) };
}

/** Where a model stands. */
interface Scope {
  /** Put before the names of its layers. */
  readonly prefix: string;
  /** What it is applied to; null: the pictures. */
  readonly feed: string | null;
}

interface ReadModel {
  readonly layers: readonly KerasLayer[];
  readonly outputs: readonly string[];
}

function readModel(model: Record<string, unknown>, scope: Scope): ReadModel {
  const body = model['config'];
  if (model['class_name'] === 'Sequential') return chain(asList(Array.isArray(body) ? body : asObject(body, 'config')['layers'], 'layers'), scope);
  if (model['class_name'] === 'Model' || model['class_name'] === 'Functional') return network(asObject(body, 'config'), scope);
  throw new FramewatchError('MODEL_INVALID', `topology: class_name is ${String(model['class_name'])}; ${MODEL_CLASSES.join(', ')} were expected`);
}

function network(config: Record<string, unknown>, scope: Scope): ReadModel {
  const { prefix, feed } = scope;
  const layers = asList(config['layers'], 'layers').flatMap((entry) => {
    const layer = asObject(entry, 'layer');
    const { className, name } = identify(layer);
    if (className === 'InputLayer') return feed === null ? [readLayer(layer, prefix, [])] : [pass(`${prefix}${name}`, name, feed)];
    return placed(
      layer,
      prefix,
      inboundNames(layer).map((from) => `${prefix}${from}`),
    );
  });
  return { layers, outputs: outputNames(config['output_layers']).map((name) => `${prefix}${name}`) };
}

/** A Sequential model has no wiring: each layer is fed by the one before it. */
function chain(entries: readonly unknown[], { prefix, feed }: Scope): ReadModel {
  let previous = feed;
  const layers: KerasLayer[] = [];
  for (const entry of entries) {
    const layer = asObject(entry, 'layer');
    const { className, name } = identify(layer);
    if (className === 'InputLayer') layers.push(previous === null ? readLayer(layer, prefix, []) : pass(`${prefix}${name}`, name, previous));
    else if (previous === null && !MODEL_CLASSES.includes(className)) {
      const input = { ...readLayer(layer, prefix, []), name: `${prefix}${name}_input`, className: 'InputLayer' };
      layers.push(input, readLayer(layer, prefix, [input.name]));
    } else layers.push(...placed(layer, prefix, previous === null ? [] : [previous]));
    previous = `${prefix}${name}`;
  }
  if (previous === null || layers.length === 0) throw new FramewatchError('MODEL_INVALID', 'topology: the model has no layers');
  return { layers, outputs: [previous] };
}

/** A layer as it is, a nested model laid open, with an end of its own name. */
function placed(layer: Record<string, unknown>, prefix: string, inputs: readonly string[]): readonly KerasLayer[] {
  const { className, name } = identify(layer);
  if (!MODEL_CLASSES.includes(className)) return [readLayer(layer, prefix, inputs)];
  if (inputs.length > 1)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the nested model ${name} has ${inputs.length} inputs; one is supported`);
  const { layers, outputs } = readModel(layer, { prefix: `${prefix}${name}/`, feed: inputs[0] ?? null });
  const [output] = outputs;
  if (output === undefined || outputs.length > 1)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the nested model ${name} has ${outputs.length} outputs; one is supported`);
  return [...layers, pass(`${prefix}${name}`, name, output)];
}

function pass(name: string, ownName: string, from: string): KerasLayer {
  return { name, ownName, className: PASS, config: new LayerConfig(name, {}), inputs: [from] };
}

function identify(layer: Record<string, unknown>): { readonly name: string; readonly className: string } {
  const name = layer['name'] ?? asObject(layer['config'], 'config')['name'];
  const className = layer['class_name'];
  if (typeof name === 'string' && typeof className === 'string') return { name, className };
  throw new FramewatchError('MODEL_INVALID', 'topology: a layer without name or class_name');
}

function readLayer(layer: Record<string, unknown>, prefix: string, inputs: readonly string[]): KerasLayer {
  const { name, className } = identify(layer);
  const path = `${prefix}${name}`;
  return { name: path, ownName: name, className, config: new LayerConfig(path, asObject(layer['config'], 'config')), inputs };
}

/** `inbound_nodes: [[[layer, node, tensor, arguments], …]]`: one node a use of the layer. */
function inboundNames(layer: Record<string, unknown>): readonly string[] {
  const { name } = identify(layer);
  const nodes = asList(layer['inbound_nodes'], `inbound_nodes of ${name}`);
  if (nodes.length > 1)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `layer ${name} is used ${nodes.length} times; shared layers are not supported`);
  return nodes.flatMap((node) => {
    if (!Array.isArray(node))
      throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `layer ${name} is wired in the form of Keras 3; save it with Keras 2`);
    return node.map((feed) => String(asList(feed, 'inbound tensor')[0]));
  });
}

/** `[[layer, node, tensor], …]`; one alone may stand without the outer list. */
function outputNames(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const items = asList(value, 'output_layers');
  return typeof items[0] === 'string' ? [items[0]] : items.map((item) => String(asList(item, 'output layer')[0]));
}

function inputShape(input: KerasLayer): KerasGraph['inputShape'] {
  const shape: unknown = input.config.raw('batch_input_shape') ?? input.config.raw('batch_shape');
  const [, height, width, channels] = itemsOf(shape);
  const isExtent = (value: unknown): value is number | null => value === null || typeof value === 'number';
  if (isExtent(height) && isExtent(width) && typeof channels === 'number') return [height, width, channels];
  throw new FramewatchError(
    'MODEL_INVALID',
    `layer ${input.name}: batch_input_shape is ${JSON.stringify(shape)}; [null, height, width, channels] was expected`,
  );
}

/** Files list layers in some order; a depth-first walk puts every layer behind those that feed it. */
function sorted(layers: readonly KerasLayer[], byName: ReadonlyMap<string, KerasLayer>): readonly KerasLayer[] {
  const done = new Set<string>();
  const open = new Set<string>();
  const ordered: KerasLayer[] = [];
  const visit = (layer: KerasLayer) => {
    if (done.has(layer.name)) return;
    if (open.has(layer.name)) throw new FramewatchError('MODEL_INVALID', `topology: layer ${layer.name} feeds itself`);
    open.add(layer.name);
    for (const name of layer.inputs) {
      const feed = byName.get(name);
      if (feed === undefined) throw new FramewatchError('MODEL_INVALID', `topology: layer ${layer.name} is fed by ${name}, which does not exist`);
      visit(feed);
    }
    done.add(layer.name);
    ordered.push(layer);
  };
  for (const layer of layers) visit(layer);
  return ordered;
}
