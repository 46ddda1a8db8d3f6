import { FramewatchError } from '../../util/errors.ts';

/** One layer of a Keras model: its class, its configuration and the layers that feed it. */
export interface KerasLayer {
  /** Unique in the whole model: a layer of a nested model stands under that model's name, `inception_v3/mixed10`. */
  readonly name: string;
  /** Its own name, by which the weights are stored. */
  readonly ownName: string;
  readonly className: string;
  readonly config: LayerConfig;
  /** Names of the feeding layers, in order. Empty for the input. */
  readonly inputs: readonly string[];
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

/** Throws FramewatchError MODEL_INVALID, as does `asList`. */
export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new FramewatchError('MODEL_INVALID', `topology: ${what} is not an object`);
}

export function asList(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new FramewatchError('MODEL_INVALID', `topology: ${what} is not a list`);
}
