import convict from 'convict';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { isPlainObject, type ListShape, type Mismatch, mismatch, type NumberShape, type Shape, type TextShape } from './shape.ts';

/** A convict schema whose type is `T`: what `T` gains or loses must be gained or lost here, or it does not compile. */
export type Schema<T> = convict.Schema<T>;

/** One key of a schema: convict's attributes, and the shape that says what fits. */
export interface Setting<T> extends convict.SchemaObj<T> {
  readonly doc: string;
  readonly shape: Shape;
  /** Without a default: the file must give it. */
  readonly required: boolean;
}

/** Narrows what stands in a schema: a setting, or else a group of them. */
export function isSetting(node: unknown): node is Setting<unknown> {
  return isPlainObject(node) && 'shape' in node;
}

const FORMAT = 'framewatch-shape';

// One format of our own for all settings: convict converts texts for its built-in ones (`parseInt("12abc")` is 12).
convict.addFormat({
  name: FORMAT,
  validate(value: unknown, definition: convict.SchemaObj) {
    const fault = isSetting(definition) ? mismatch(definition.shape, value) : null;
    if (fault) throw new Error(JSON.stringify(fault));
  },
});

/**
 * Fills in the defaults of `schema` and checks `values` strictly. `mismatches` has the faults by dotted key; a key with a fault has
 * its default in `settings` (null where it is required), so that the rest can be judged.
 */
export function checkSettings<T>(schema: Schema<T>, values: Record<string, unknown>): { settings: T; mismatches: ReadonlyMap<string, Mismatch> } {
  const mismatches = new Map<string, Mismatch>();
  try {
    return { settings: load(schema, values).validate({ allowed: 'strict' }).getProperties(), mismatches };
  } catch (error) {
    for (const line of messageOf(error).split('\n')) mismatches.set(...readFault(line));
  }
  for (const key of mismatches.keys()) remove(values, key.split('.'));
  return { settings: load(schema, values).getProperties(), mismatches };
}

function load<T>(schema: Schema<T>, values: Record<string, unknown>): convict.Config<T> {
  const config = convict(schema, { env: {}, args: [] });
  config.load(values);
  return config;
}

/** convict gives all faults as one text, a line each: `dotted.key: ` and what the format threw. */
function readFault(line: string): [key: string, fault: Mismatch] {
  const [, key, fault] = /^([\w.]+): (\{.*\})$/.exec(line) ?? [];
  if (key === undefined || fault === undefined) throw new FramewatchError('INTERNAL', 'the configuration schema and its reader disagree');
  return [key, JSON.parse(fault) as Mismatch];
}

function remove(values: Record<string, unknown>, path: readonly string[]): void {
  const [key = '', ...rest] = path;
  const inner = values[key];
  if (rest.length === 0) delete values[key];
  else if (isPlainObject(inner)) remove(inner, rest);
}

function setting<T>(shape: Shape, preset: T, doc: string): Setting<T> {
  // `sensitive`: convict must not put the value into its messages, it may be a secret.
  return { default: preset, doc, format: FORMAT, sensitive: true, shape, required: false };
}

export function required<T>(given: Setting<T>): Setting<T> {
  return { ...given, default: null, required: true };
}

/** null, which is also the default, means: not set. */
export function optional<T>(given: Setting<T>): Setting<T | null> {
  return { ...given, default: null, nullable: true };
}

export function text(preset: string, doc: string, form: Partial<Omit<TextShape, 'kind'>> = {}): Setting<string> {
  return setting({ kind: 'text', maxLength: 256, ...form }, preset, doc);
}

/** A file or folder; relative ones start at the configuration's folder. */
export function path(doc: string): Setting<string> {
  return text('', doc, { maxLength: 4096, pattern: /^[^\0]+$/, says: 'a path' });
}

export function whole(preset: number, min: number, max: number, doc: string): Setting<number> {
  return setting({ kind: 'number', integer: true, min, exclusive: false, max }, preset, doc);
}

export function number(preset: number, min: number, max: number, doc: string): Setting<number> {
  return setting({ kind: 'number', integer: false, min, exclusive: false, max }, preset, doc);
}

/** A number above `min`, which itself is not allowed. */
export function above(min: number, preset: number, max: number, doc: string): Setting<number> {
  return setting({ kind: 'number', integer: false, min, exclusive: true, max }, preset, doc);
}

export function flag(preset: boolean, doc: string): Setting<boolean> {
  return setting({ kind: 'flag' }, preset, doc);
}

export function choice<T extends string | number>(values: readonly T[], preset: T, doc: string): Setting<T> {
  return setting({ kind: 'choice', values }, preset, doc);
}

export function url(preset: string, schemes: readonly string[], words: readonly string[], doc: string): Setting<string> {
  return setting({ kind: 'url', schemes, words }, preset, doc);
}

export function texts(minItems: number, doc: string, form: Partial<Omit<TextShape, 'kind'>> = {}): Setting<readonly string[]> {
  return setting<readonly string[]>({ kind: 'list', of: { kind: 'text', maxLength: 256, ...form }, minItems, order: 'distinct' }, [], doc);
}

export function ladder(preset: readonly number[], min: number, max: number, doc: string): Setting<readonly number[]> {
  const of: NumberShape = { kind: 'number', integer: true, min, exclusive: false, max };
  const shape: ListShape = { kind: 'list', of, minItems: 1, order: 'ascending' };
  return setting(shape, preset, doc);
}

export type Crop = readonly [x: number, y: number, width: number, height: number];

export function crop(doc: string): Setting<Crop> {
  return setting<Crop>({ kind: 'crop' }, [0, 0, 1, 1], doc);
}

/** A map with free keys; the reader checks each entry against `entry`. Its value in the settings is always empty. */
export function map<T>(keys: TextShape, entry: Schema<T>, doc: string): Setting<Record<string, never>> {
  return setting<Record<string, never>>({ kind: 'map', keys, entry }, {}, doc);
}

/** Any keys of `of`, none of them required; the reader merges them elsewhere. Its value in the settings is always empty. */
export function part<T>(of: Schema<T>, doc: string): Setting<Record<string, never>> {
  return setting<Record<string, never>>({ kind: 'part', of }, {}, doc);
}
