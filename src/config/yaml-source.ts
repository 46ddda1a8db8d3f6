import { type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, type Node, type Pair, parseDocument, type YAMLError } from 'yaml';
import type { Findings, Place } from './problem.ts';

/** A parsed value that knows where it stands. Free of aliases, tags and dangerous keys. */
export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap extends Place {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

export interface YamlEntry {
  /** Of the key, not of the value. */
  readonly place: Place;
  readonly node: YamlNode;
}

export interface YamlList extends Place {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface YamlScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** Whether a part of it came from the environment: such a value is never printed. */
  readonly fromEnv: boolean;
  /** A fault of it was reported already: nothing more is said about it. */
  readonly faulty: boolean;
}

const DEEPEST = 20;
/** About 20,000 lines, far above a file with a thousand cameras: parsing costs time by the token, not by the byte. */
const MOST_TOKENS = 150_000;
/** One mistake makes the parser stumble many times. */
const MOST_SYNTAX_ERRORS = 3;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Parses one YAML 1.2 document whose root is a map (an empty document is an empty one). Syntax errors end it (null);
 * whatever else is refused is reported and left out, so that the rest can still be checked.
 */
export function parseYaml(text: string, findings: Findings): YamlMap | null {
  const lines = new LineCounter();
  const refusal = refuseUnparsed(text);
  if (refusal !== null) {
    for (let at = text.indexOf('\n'); at !== -1 && at < refusal.offset; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
    lines.lineStarts.unshift(0);
    findings.error(placeAt(lines, refusal.offset, ''), refusal.message, refusal.suggestion, refusal.code);
    return null;
  }
  // Duplicate keys are found below: the parser's own search takes quadratic time. Its pretty errors quote the line, password and all.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  if (reportSyntax(document, lines, findings)) return null;
  return new TreeBuilder(lines, findings).root(document.contents);
}

interface Refusal {
  readonly offset: number;
  readonly message: string;
  readonly suggestion: string;
  readonly code: 'CONFIG_INVALID' | 'CONFIG_TOO_LARGE';
}

/** Nesting and volume are judged on tokens, before a parser recurses into them. */
function refuseUnparsed(text: string): Refusal | null {
  let flowDepth = 0;
  let indicatorsOnLine = 0;
  let tokens = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') flowDepth++;
    else if (token === ']' || token === '}') flowDepth--;
    else if (token === '-' || token === '?') indicatorsOnLine++;
    else if (token.includes('\n')) indicatorsOnLine = 0;
    if (flowDepth > DEEPEST || indicatorsOnLine > DEEPEST) {
      return { offset, message: 'is nested too deeply', suggestion: `at most ${DEEPEST} levels`, code: 'CONFIG_INVALID' };
    }
    if (++tokens > MOST_TOKENS) {
      return { offset, message: 'the file has too many entries', suggestion: `at most ${MOST_TOKENS} YAML tokens`, code: 'CONFIG_TOO_LARGE' };
    }
    // Control characters are marks of the lexer's own, without a place in the text.
    if (!LEXER_MARKS.has(token)) offset += token.length;
  }
  return null;
}

const LEXER_MARKS = new Set(['\u0002', '\u0018', '\u001f']);

/** Own words for each code: the parser's messages may quote the text, and with it a password. */
const SYNTAX: Partial<Record<YAMLError['code'], readonly [wrong: string, right: string | null]>> = {
  BAD_DQ_ESCAPE: ['unknown escape in a double-quoted text', 'use single quotes, or write \\\\ for a backslash'],
  BAD_INDENT: ['wrong indentation', 'keys of one map start in the same column'],
  BAD_SCALAR_START: ['a text cannot start with this character', 'put the text in single quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a second `key: value` on one line', 'put a text that holds `: ` in single quotes'],
  BLOCK_IN_FLOW: ['an indented block inside [ ] or { }', null],
  MISSING_CHAR: ['something is missing here', 'a colon, a comma, a bracket, a quote or a blank'],
  MULTILINE_IMPLICIT_KEY: ['a key without its colon', '`key: value`'],
  MULTIPLE_DOCS: ['a second document starts here', 'one file, one document: remove the ---'],
  RESOURCE_EXHAUSTION: ['is nested too deeply', `at most ${DEEPEST} levels`],
  TAB_AS_INDENT: ['a tab as indentation', 'use blanks'],
  TAG_RESOLVE_FAILED: ['unknown tag', 'tags are not used here; put a text that starts with ! in single quotes'],
  UNEXPECTED_TOKEN: ['unexpected text', 'put a text with special characters in single quotes: inside { } and [ ] also one that holds { or }'],
};

/** Returns whether the document is beyond use. A warning of the parser (an unknown tag, say) is an error here, but does not end the check. */
function reportSyntax(document: Document.Parsed, lines: LineCounter, findings: Findings): boolean {
  const reported = new Set<number>();
  for (const fault of [...document.errors, ...document.warnings]) {
    const place = placeAt(lines, fault.pos[0], '');
    if (reported.has(place.line) || reported.size === MOST_SYNTAX_ERRORS) continue;
    reported.add(place.line);
    const [wrong, right] = SYNTAX[fault.code] ?? [`is not valid YAML (${fault.code})`, null];
    findings.error(place, wrong, right);
  }
  return document.errors.length > 0;
}

function placeAt(lines: LineCounter, offset: number, path: string): Place {
  const { line, col } = lines.linePos(offset);
  return { path, line: Math.max(1, line), column: Math.max(1, col) };
}

/** Turns the parser's nodes into ours; paths grow on the way down. */
class TreeBuilder {
  readonly #lines: LineCounter;
  readonly #findings: Findings;

  constructor(lines: LineCounter, findings: Findings) {
    this.#lines = lines;
    this.#findings = findings;
  }

  root(contents: Node | null): YamlMap | null {
    const top: Place = { path: '', line: 1, column: 1 };
    if (contents === null || (isScalar(contents) && contents.value === null)) return { kind: 'map', entries: new Map(), ...top };
    if (isMap(contents)) return this.#map(contents.items as Pair<Node, Node | null>[], top, 0);
    this.#findings.error(this.#place(contents, '', top), 'the file is not a map', 'lines of `key: value`, such as `cameras:`');
    return null;
  }

  #place(node: Node | null, path: string, fallback: Place): Place {
    // An empty value stands nowhere: its key is the better place.
    if (!node?.range || node.range[0] === node.range[1]) return { ...fallback, path };
    return placeAt(this.#lines, node.range[0], path);
  }

  #node(node: Node | null, path: string, fallback: Place, depth: number): YamlNode | null {
    const place = this.#place(node, path, fallback);
    if (depth > DEEPEST) {
      this.#findings.error(place, 'is nested too deeply', `at most ${DEEPEST} levels`);
      return null;
    }
    if (isAlias(node)) {
      this.#findings.error(
        place,
        'is an alias',
        'aliases are not used here: repeat the value, or use cameraDefaults; put a text that starts with * in quotes',
      );
      return null;
    }
    if (isMap(node)) return this.#map(node.items as Pair<Node, Node | null>[], place, depth);
    if (isSeq(node)) {
      const items = (node.items as (Node | null)[]).map((item, index) => this.#node(item, `${path}[${index}]`, place, depth + 1));
      return { kind: 'list', items: items.filter((item) => item !== null), ...place };
    }
    return { kind: 'scalar', value: scalarValue(node), fromEnv: false, faulty: false, ...place };
  }

  #map(pairs: readonly Pair<Node, Node | null>[], place: Place, depth: number): YamlMap {
    const entries = new Map<string, YamlEntry>();
    for (const pair of pairs) {
      const keyPlace = this.#place(pair.key, place.path, place);
      const key = keyText(pair.key);
      if (key === null) {
        this.#findings.error(keyPlace, 'a key is not a plain text', '`key: value`');
        continue;
      }
      const path = joinPath(place.path, key);
      const here = { ...keyPlace, path };
      const first = entries.get(key);
      if (FORBIDDEN_KEYS.has(key)) this.#findings.error(here, 'this key is not allowed', 'choose another name');
      else if (first) this.#findings.error(here, 'is given twice', `the first one is in line ${first.place.line}`);
      else {
        const node = this.#node(pair.value, path, here, depth + 1);
        if (node !== null) entries.set(key, { place: here, node });
      }
    }
    return { kind: 'map', entries, ...place };
  }
}

function scalarValue(node: Node | null): string | number | boolean | null {
  const value: unknown = isScalar(node) ? node.value : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** As it is written: a camera called `1` or `true` is a camera. */
function keyText(key: Node | null): string | null {
  if (!isScalar(key)) return null;
  const text = typeof key.value === 'string' ? key.value : (key.source ?? '');
  return text === '' ? null : text;
}

export function joinPath(parent: string, key: string): string {
  const shown = /^[\w-]{1,64}$/.test(key) ? key : null;
  if (shown !== null) return parent === '' ? shown : `${parent}.${shown}`;
  return `${parent}[${JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key)}]`;
}
