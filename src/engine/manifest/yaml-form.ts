import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import { FramewatchError } from '../../util/errors.ts';

/** Stands for a field of a mapping that is itself missing: one problem is enough. */
const INSIDE_NOTHING = Symbol('inside a mapping that is not there');

/**
 * A YAML file read as a form: each field is asked for by name and type, every problem is noted with its place, and all of them are
 * reported at once by `finish`. A field that is wrong reads as an empty value of its type, so that reading can go on.
 */
export class YamlFile {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #problems: { readonly offset: number; readonly text: string }[] = [];
  readonly #root: Node | null;

  constructor(file: string, text: string) {
    this.#file = file;
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, strict: true, uniqueKeys: true });
    this.#root = document.contents;
    for (const fault of [...document.errors, ...document.warnings]) this.note(fault.pos[0], '', fault.message);
  }

  root(): YamlFields {
    return this.fields(this.#root, '', 0);
  }

  rootList(): readonly YamlFields[] {
    return this.list(this.#root, '', 0).map((node, index) => this.fields(node, `[${index}]`, offsetOf(node, 0)));
  }

  /** Throws FramewatchError MODEL_INVALID when anything was wrong: one line a problem, `FILE:LINE:COL: PATH: what (what would be right)`. */
  finish(): void {
    if (this.#problems.length === 0) return;
    const lines = this.#problems.toSorted((one, other) => one.offset - other.offset).map((problem) => problem.text);
    throw new FramewatchError('MODEL_INVALID', lines.join('\n'));
  }

  note(offset: number, path: string, problem: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.#problems.push({ offset, text: `${this.#file}:${line}:${col}: ${path === '' ? '' : `${path}: `}${problem}` });
  }

  fields(node: unknown, path: string, offset: number): YamlFields {
    if (isMap(node)) return new YamlFields(this, node, path);
    if (node !== INSIDE_NOTHING) this.note(offsetOf(node, offset), path, 'a mapping was expected');
    return new YamlFields(this, null, path);
  }

  list(node: unknown, path: string, offset: number): readonly unknown[] {
    if (isSeq(node)) return node.items;
    if (node !== INSIDE_NOTHING) this.note(offsetOf(node, offset), path, 'a list was expected');
    return [];
  }

  /** Notes `wanted` unless the node is a scalar that passes; then it is returned as it is. */
  scalar<T>(node: unknown, path: string, offset: number, passes: (value: unknown) => value is T, wanted: string): T | undefined {
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (passes(value)) return value;
    if (node !== INSIDE_NOTHING) this.note(offsetOf(node, offset), path, `${wanted} was expected`);
    return undefined;
  }
}

/** One mapping of the file. Call `known` when all fields were asked for: what is left is unknown. */
export class YamlFields {
  readonly #file: YamlFile;
  readonly #map: YAMLMap | null;
  readonly #path: string;

  constructor(file: YamlFile, map: YAMLMap | null, path: string) {
    this.#file = file;
    this.#map = map;
    this.#path = path;
  }

  has(key: string): boolean {
    return this.#map?.has(key) ?? false;
  }

  keys(): readonly string[] {
    return (this.#map?.items ?? []).map((pair) => String(isScalar(pair.key) ? pair.key.value : pair.key));
  }

  text(key: string, pattern: RegExp = /\S/, wanted = 'a text'): string {
    const fits = (value: unknown): value is string => typeof value === 'string' && pattern.test(value);
    return this.#file.scalar(this.#node(key), this.#pathOf(key), this.#offset, fits, wanted) ?? '';
  }

  oneOf<const T extends string>(key: string, choices: readonly [T, ...T[]]): T {
    const fits = (value: unknown): value is T => choices.some((choice) => choice === value);
    return this.#file.scalar(this.#node(key), this.#pathOf(key), this.#offset, fits, `one of ${choices.join(', ')}`) ?? choices[0];
  }

  number(key: string, fits: (value: number) => boolean, wanted: string): number {
    const passes = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && fits(value);
    return this.#file.scalar(this.#node(key), this.#pathOf(key), this.#offset, passes, wanted) ?? 0;
  }

  /** One number, or a list of `length` of them. One number reads as a list of equal ones. */
  numbers(key: string, length: number, fits: (value: number) => boolean, wanted: string): readonly number[] {
    const node = this.#node(key);
    const path = this.#pathOf(key);
    const passes = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && fits(value);
    if (!isSeq(node)) {
      const value = this.#file.scalar(node, path, this.#offset, passes, `${wanted}, or a list of ${length},`) ?? 0;
      return Array.from({ length }, () => value);
    }
    if (node.items.length !== length)
      this.#file.note(offsetOf(node, this.#offset), path, `${length} numbers were expected, not ${node.items.length}`);
    return Array.from({ length }, (_, index) => {
      const item: unknown = node.items[index];
      return item === undefined ? 0 : (this.#file.scalar(item, `${path}[${index}]`, this.#offset, passes, wanted) ?? 0);
    });
  }

  /** A text, or a list of texts. */
  textOrTexts(key: string, pattern: RegExp, wanted: string): readonly string[] {
    const node = this.#node(key);
    if (!isSeq(node)) return [this.text(key, pattern, `${wanted}, or a list of them,`)];
    const fits = (value: unknown): value is string => typeof value === 'string' && pattern.test(value);
    if (node.items.length === 0) this.refuse(key, 'the list is empty');
    return node.items.map((item, index) => this.#file.scalar(item, `${this.#pathOf(key)}[${index}]`, this.#offset, fits, wanted) ?? '');
  }

  fields(key: string): YamlFields {
    return this.#file.fields(this.#node(key), this.#pathOf(key), this.#offset);
  }

  fieldsList(key: string): readonly YamlFields[] {
    const path = this.#pathOf(key);
    return this.#file.list(this.#node(key), path, this.#offset).map((node, index) => this.#file.fields(node, `${path}[${index}]`, this.#offset));
  }

  texts(key: string): readonly string[] {
    const path = this.#pathOf(key);
    const isText = (value: unknown): value is string => typeof value === 'string';
    return this.#file
      .list(this.#node(key), path, this.#offset)
      .map((node, index) => this.#file.scalar(node, `${path}[${index}]`, this.#offset, isText, 'a text') ?? '');
  }

  /** Notes a problem of a field that is more than its type: `key` may be absent. */
  refuse(key: string, problem: string): void {
    this.#file.note(offsetOf(this.#node(key), this.#offset), this.#pathOf(key), problem);
  }

  /** Whether the field is this very text, as opposed to a mapping. */
  is(key: string, text: string): boolean {
    const node = this.#node(key);
    return isScalar(node) && node.value === text;
  }

  /** Notes every key that is not in the list. */
  known(...keys: readonly string[]): void {
    for (const pair of this.#map?.items ?? []) {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      if (!keys.includes(key)) this.#file.note(offsetOf(pair.key, this.#offset), this.#pathOf(key), `unknown key (known are ${keys.join(', ')})`);
    }
  }

  get #offset(): number {
    return offsetOf(this.#map, 0);
  }

  #node(key: string): unknown {
    return this.#map === null ? INSIDE_NOTHING : this.#map.get(key, true);
  }

  #pathOf(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}

/** Where a node begins; an absent one is where its parent begins. */
function offsetOf(node: unknown, otherwise: number): number {
  const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : otherwise;
}
