import { FramewatchError } from '../util/errors.ts';

/** One layer of a Keras model: its class, its configuration and the layers that feed it. */
export interface KerasLayer {
  readonly name: string;
  readonly className: string;
  readonly config: LayerConfig;
  /** Names of the feeding layers, in order. Empty for the input. */
  readonly inputs: readonly string[];
}

/** A single-input Keras model; layers in an order in which each stands behind those that feed it. */
export interface KerasGraph {
  readonly layers: readonly KerasLayer[];
  /** Height, width, channels of the input. */
  readonly inputShape: readonly [height: number, width: number, channels: number];
}

/**
 * Reads the topology of a Keras layers-model (`class_name` Model, Functional or Sequential).
 * Throws FramewatchError MODEL_INVALID when it is none, MODEL_UNSUPPORTED_LAYER when it has more than one input or shared or nested layers.
 */
export function readKerasGraph(topology: object): KerasGraph {
  const root = asObject(topology, 'topology');
  const model = asObject(root['model_config'] ?? root, 'model_config');
  const className = model['class_name'];
  const body = model['config'];
  if (className === 'Sequential') return chain(asList(Array.isArray(body) ? body : asObject(body, 'config')['layers'], 'layers'));
  if (className === 'Model' || className === 'Functional') return network(asList(asObject(body, 'config')['layers'], 'layers'));
  throw new FramewatchError('MODEL_INVALID', `topology: class_name is ${String(className)}; Model, Functional or Sequential was expected`);
}

/** A layer's configuration with typed access; every refusal names layer and key. */
export class LayerConfig {
  readonly #layer: string;
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(layer: string, values: Readonly<Record<string, unknown>>) {
    this.#layer = layer;
    this.#values = values;
  }

  text(key: string, otherwise?: string): string {
    const value = this.#values[key] ?? otherwise;
    return typeof value === 'string' ? value : this.#refuse(key, 'a text');
  }

  number(key: string, otherwise?: number): number {
    const value = this.#values[key] ?? otherwise;
    return typeof value === 'number' ? value : this.#refuse(key, 'a number');
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#values[key] ?? otherwise;
    return typeof value === 'boolean' ? value : this.#refuse(key, 'true or false');
  }

  /** A height and a width; one number stands for both. */
  pair(key: string, otherwise?: readonly [number, number]): readonly [number, number] {
    const value: unknown = this.#values[key] ?? otherwise;
    if (typeof value === 'number') return [value, value];
    const [first, second] = itemsOf(value);
    return typeof first === 'number' && typeof second === 'number' ? [first, second] : this.#refuse(key, 'two numbers');
  }

  /** The value as it stands in the file. */
  raw(key: string): unknown {
    return this.#values[key];
  }

  #refuse(key: string, wanted: string): never {
    throw new FramewatchError('MODEL_INVALID', `layer ${this.#layer}: ${key} is ${JSON.stringify(this.#values[key])}; ${wanted} was expected`);
  }
}

/** The items of a list; of anything else none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function network(entries: readonly unknown[]): KerasGraph {
  const layers = entries.map((entry) => readLayer(entry, (layer) => inboundNames(layer)));
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const inputs = layers.filter((layer) => layer.className === 'InputLayer');
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1)
    throw new FramewatchError('MODEL_UNSUPPORTED_LAYER', `the model has ${inputs.length} inputs; one is supported`);
  return { layers: sorted(layers, byName), inputShape: inputShape(input) };
}

/** A Sequential model has no wiring: each layer is fed by the one before it. */
function chain(entries: readonly unknown[]): KerasGraph {
  let previous: string | null = null;
  const layers: KerasLayer[] = [];
  for (const entry of entries) {
    const layer = readLayer(entry, () => (previous === null ? [] : [previous]));
    if (previous === null && layer.className !== 'InputLayer') {
      const input = `${layer.name}_input`;
      layers.push({ name: input, className: 'InputLayer', config: layer.config, inputs: [] });
      layers.push({ ...layer, inputs: [input] });
    } else layers.push(layer);
    previous = layer.name;
  }
  const [input] = layers;
  if (input === undefined) throw new FramewatchError('MODEL_INVALID', 'topology: the model has no layers');
  return { layers, inputShape: inputShape(input) };
}

function readLayer(entry: unknown, feeds: (layer: Record<string, unknown>) => readonly string[]): KerasLayer {
  const layer = asObject(entry, 'layer');
  const config = asObject(layer['config'], 'config');
  const name = layer['name'] ?? config['name'];
  const className = layer['class_name'];
  if (typeof name !== 'string' || typeof className !== 'string')
    throw new FramewatchError('MODEL_INVALID', 'topology: a layer without name or class_name');
  return { name, className, config: new LayerConfig(name, config), inputs: feeds(layer) };
}

/** `inbound_nodes: [[[layer, node, tensor, arguments], …]]`: one node a use of the layer. */
function inboundNames(layer: Record<string, unknown>): readonly string[] {
  const nodes = asList(layer['inbound_nodes'], `inbound_nodes of ${String(layer['name'])}`);
  if (nodes.length > 1)
    throw new FramewatchError(
      'MODEL_UNSUPPORTED_LAYER',
      `layer ${String(layer['name'])} is used ${nodes.length} times; shared layers are not supported`,
    );
  return nodes.flatMap((node) => asList(node, 'inbound node').map((feed) => String(asList(feed, 'inbound tensor')[0])));
}

function inputShape(input: KerasLayer): readonly [number, number, number] {
  const shape: unknown = input.config.raw('batch_input_shape');
  const [, height, width, channels] = itemsOf(shape);
  if (typeof height === 'number' && typeof width === 'number' && typeof channels === 'number') return [height, width, channels];
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

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FramewatchError('MODEL_INVALID', `topology: ${what} is not an object`);
}

function asList(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new FramewatchError('MODEL_INVALID', `topology: ${what} is not a list`);
}
