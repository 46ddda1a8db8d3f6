import type { Findings, Place } from './problem.ts';
import { checkSettings, isSetting, type Schema } from './setting.ts';
import { isPlainObject, type Mismatch, mismatch, type Shape } from './shape.ts';
import { closest } from './spelling.ts';
import type { YamlMap, YamlNode, YamlScalar } from './yaml-source.ts';

/** A part of the file that was checked against its schema. */
export interface Section<T> {
  /** Complete. A key with a fault has its default (null where it is required): ask `sound` before judging further. */
  readonly settings: T;
  /** Whether the value of a dotted key is as the file has it, or a default because the file has none. */
  sound(key: string): boolean;
  /** The node of a dotted key; undefined where the file does not give it. */
  node(key: string): YamlNode | undefined;
  /** Where to point for a dotted key: its value, or the section when the file does not give it. */
  place(key: string): Place;
}

/**
 * Checks `node` (undefined: not in the file, all defaults) against `schema` and reports all that is wrong. Maps with free keys are left
 * to the caller. `partial`: required keys may be missing.
 */
export function readSection<T extends object>(
  schema: Schema<T>,
  node: YamlMap | undefined,
  place: Place,
  findings: Findings,
  partial = false,
): Section<T> {
  const reader = new SectionReader(findings);
  if (node) reader.collect(schema, node, '');
  const { settings, mismatches } = checkSettings(schema, reader.values);
  const { nodes, faulty } = reader;
  const placeOf = (key: string): Place => nodes.get(key) ?? place;
  for (const [key, fault] of mismatches) {
    if (faulty.has(key)) continue;
    faulty.add(key);
    const found = nodes.get(key);
    if (found) reader.report(found, settingShape(schema, key), fault);
    else if (!partial) findings.error({ ...place, path: place.path === '' ? key : `${place.path}.${key}` }, 'is missing', fault.right);
  }
  return { settings, sound: (key) => !faulty.has(key), node: (key) => nodes.get(key), place: placeOf };
}

/** One group of a section, seen as a section of its own. */
export function subsection<T extends object, K extends keyof T & string>(section: Section<T>, key: K): Section<T[K]> {
  return {
    settings: section.settings[key],
    sound: (inner) => section.sound(`${key}.${inner}`),
    node: (inner) => section.node(`${key}.${inner}`),
    place: (inner) => section.node(`${key}.${inner}`) ?? section.place(key),
  };
}

class SectionReader {
  readonly #findings: Findings;
  readonly values: Record<string, unknown> = {};
  readonly nodes: Map<string, YamlNode> = new Map<string, YamlNode>();
  readonly faulty: Set<string> = new Set<string>();

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Gathers what fits the structure of the schema into plain values. */
  collect(schema: object, node: YamlMap, prefix: string, values: Record<string, unknown> = this.values): void {
    for (const [key, entry] of node.entries) {
      const part: unknown = Object.hasOwn(schema, key) ? (schema as Record<string, unknown>)[key] : undefined;
      const dotted = prefix + key;
      if (!isPlainObject(part)) {
        const near = closest(key, Object.keys(schema));
        const right = near === null ? `one of ${Object.keys(schema).join(', ')}` : `did you mean ${near}?`;
        this.#findings.error(entry.place, `unknown key ${shown(key)}`, right);
      } else if (isSetting(part)) {
        this.nodes.set(dotted, entry.node);
        this.#collectSetting(part.shape, entry.node, dotted, key, values);
      } else if (entry.node.kind === 'map') {
        this.nodes.set(dotted, entry.node);
        const inner: Record<string, unknown> = {};
        values[key] = inner;
        this.collect(part, entry.node, `${dotted}.`, inner);
      } else if (entry.node.kind === 'list' || (entry.node.value !== null && !entry.node.faulty)) {
        this.#findings.error(entry.node, 'is not a map', `with the keys ${Object.keys(part).join(', ')} below it`);
      }
    }
  }

  #collectSetting(shape: Shape, node: YamlNode, dotted: string, key: string, values: Record<string, unknown>): void {
    if (node.kind === 'scalar' && node.faulty) {
      this.faulty.add(dotted);
    } else if (shape.kind === 'map' || shape.kind === 'part') {
      // A key with nothing behind it is an empty map.
      if (node.kind === 'map' || (node.kind === 'scalar' && node.value === null)) return;
      this.faulty.add(dotted);
      this.report(node, shape, mismatch(shape, '') ?? { wrong: 'is not a map', right: '' });
    } else if (node.kind === 'map') {
      this.faulty.add(dotted);
      const fault = mismatch(shape, {});
      if (fault) this.report(node, shape, fault);
    } else {
      values[key] = plain(shape, node);
    }
  }

  report(node: YamlNode, shape: Shape | undefined, fault: Mismatch): void {
    const item = fault.index !== undefined && node.kind === 'list' ? (node.items[fault.index] ?? node) : node;
    const subject = shape && item.kind === 'scalar' ? printable(shape, item) : null;
    this.#findings.error(item, subject === null ? fault.wrong : `${subject} ${fault.wrong}`, fault.right === '' ? null : fault.right);
  }
}

function settingShape(schema: object, dotted: string): Shape | undefined {
  let part: unknown = schema;
  for (const key of dotted.split('.')) part = isPlainObject(part) ? part[key] : undefined;
  return isSetting(part) ? part.shape : undefined;
}

function plain(shape: Shape, node: YamlNode): unknown {
  if (node.kind === 'list') return node.items.map((item) => plain(shape.kind === 'list' ? shape.of : shape, item));
  if (node.kind === 'map') return {};
  return node.fromEnv && typeof node.value === 'string' ? converted(shape, node.value) : node.value;
}

/** The environment knows only texts: one that reads like a number or a flag becomes it where the schema wants that. */
function converted(shape: Shape, text: string): unknown {
  const wantsNumber =
    shape.kind === 'number' || shape.kind === 'crop' || (shape.kind === 'choice' && shape.values.some((value) => typeof value === 'number'));
  if (wantsNumber && /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (shape.kind === 'flag' && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
}

/** A value that cannot be a secret and helps to find the fault. */
function printable(shape: Shape, node: YamlScalar): string | null {
  if (node.fromEnv || node.value === null || !['number', 'choice', 'flag', 'crop', 'list'].includes(shape.kind)) return null;
  return shown(String(node.value));
}

const LONGEST_SHOWN = 40;

/** Quoted, short, on one line. */
export function shown(text: string): string {
  return JSON.stringify(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}
