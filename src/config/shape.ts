import { type Fault, urlFault } from './source-url.ts';
import { closest } from './spelling.ts';

/** What a value may be: one description for the validator, the messages and the JSON Schema. */
export type Shape = TextShape | NumberShape | FlagShape | ChoiceShape | ListShape | UrlShape | CropShape | MapShape | PartShape;

export interface TextShape {
  readonly kind: 'text';
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** The pattern in words. */
  readonly says?: string;
}

export interface NumberShape {
  readonly kind: 'number';
  readonly integer: boolean;
  /** Lowest value allowed, or with `exclusive` the value it must lie above. */
  readonly min: number;
  readonly exclusive: boolean;
  readonly max: number;
}

export interface FlagShape {
  readonly kind: 'flag';
}

export interface ChoiceShape {
  readonly kind: 'choice';
  readonly values: readonly (string | number)[];
}

export interface ListShape {
  readonly kind: 'list';
  readonly of: TextShape | NumberShape;
  readonly minItems: number;
  readonly order: 'distinct' | 'ascending';
}

export interface UrlShape {
  readonly kind: 'url';
  readonly schemes: readonly string[];
  /** Words that stand for something without a URL. */
  readonly words: readonly string[];
}

/** x, y, width and height as parts of the picture. */
export interface CropShape {
  readonly kind: 'crop';
}

/** A map with free keys; its entries have a schema of their own and are checked one by one. */
export interface MapShape {
  readonly kind: 'map';
  readonly keys: TextShape;
  /** Not looked into here: schema.ts gives it its type. */
  readonly entry: object;
}

/** A whole section of another schema of which nothing is required. */
export interface PartShape {
  readonly kind: 'part';
  readonly of: object;
}

/** `index`: the list item that is meant. */
export interface Mismatch extends Fault {
  readonly index?: number;
}

/** No list here needs more; finding what is listed twice takes quadratic time. */
export const MOST_ITEMS = 1000;

/** Judges one plain value; null when it fits. No text quotes the value. */
export function mismatch(shape: Shape, value: unknown): Mismatch | null {
  if (value === null) return { wrong: 'is empty', right: expectation(shape) };
  switch (shape.kind) {
    case 'text':
      return textMismatch(shape, value);
    case 'number':
      return numberMismatch(shape, value);
    case 'flag':
      return typeof value === 'boolean' ? null : { wrong: 'is neither true nor false', right: expectation(shape) };
    case 'choice':
      return choiceMismatch(shape, value);
    case 'url':
      return urlMismatch(shape, value);
    case 'list':
      return listMismatch(shape, value);
    case 'crop':
      return cropMismatch(value);
    case 'map':
    case 'part':
      return isPlainObject(value) ? null : { wrong: 'is not a map', right: expectation(shape) };
  }
}

/** What would be right, in words. */
export function expectation(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return shape.says ?? `a text of at most ${shape.maxLength} characters`;
    case 'number':
      return `${shape.integer ? 'a whole number' : 'a number'} ${shape.exclusive ? `above ${shape.min}, at most ${shape.max}` : `from ${shape.min} to ${shape.max}`}`;
    case 'flag':
      return 'true or false';
    case 'choice':
      return `one of ${shape.values.join(', ')}`;
    case 'url':
      return `a URL: ${[...shape.schemes, ...shape.words].join(', ')}`;
    case 'list':
      return `a list in [ ] of ${shape.of.kind === 'text' ? 'texts' : `whole numbers from ${shape.of.min} to ${shape.of.max}`}`;
    case 'crop':
      return '[x, y, width, height] as parts of the picture, such as [0.2, 0.1, 0.5, 0.6]';
    case 'map':
    case 'part':
      return 'lines of `key: value` below it';
  }
}

function textMismatch(shape: TextShape, value: unknown): Mismatch | null {
  if (typeof value !== 'string') return { wrong: 'is not a text', right: `${expectation(shape)}; put it in quotes` };
  if (value === '') return { wrong: 'is an empty text', right: expectation(shape) };
  if (value.length > shape.maxLength) return { wrong: 'is too long', right: `at most ${shape.maxLength} characters` };
  return shape.pattern && !shape.pattern.test(value) ? { wrong: 'does not have the right form', right: expectation(shape) } : null;
}

function numberMismatch(shape: NumberShape, value: unknown): Mismatch | null {
  const right = expectation(shape);
  if (typeof value !== 'number' || !Number.isFinite(value)) return { wrong: 'is not a number', right };
  if (shape.integer && !Number.isSafeInteger(value)) return { wrong: 'is not a whole number', right };
  if (value < shape.min || (shape.exclusive && value === shape.min)) return { wrong: 'is too small', right };
  return value > shape.max ? { wrong: 'is too large', right } : null;
}

function choiceMismatch(shape: ChoiceShape, value: unknown): Mismatch | null {
  if (shape.values.some((allowed) => allowed === value)) return null;
  const near = typeof value === 'string' ? closest(value, shape.values.map(String)) : null;
  return { wrong: 'is not a choice', right: near === null ? expectation(shape) : `did you mean ${near}? ${expectation(shape)}` };
}

function urlMismatch(shape: UrlShape, value: unknown): Mismatch | null {
  if (typeof value !== 'string') return { wrong: 'is not a URL', right: expectation(shape) };
  return shape.words.includes(value) ? null : urlFault(value, shape.schemes);
}

function listMismatch(shape: ListShape, value: unknown): Mismatch | null {
  if (!Array.isArray(value)) return { wrong: 'is not a list', right: expectation(shape) };
  if (value.length < shape.minItems) return { wrong: 'has too few items', right: `at least ${shape.minItems}` };
  if (value.length > MOST_ITEMS) return { wrong: 'has too many items', right: `at most ${MOST_ITEMS}` };
  for (const [index, item] of (value as unknown[]).entries()) {
    const fault = mismatch(shape.of, item);
    if (fault) return { ...fault, index };
    if ((value as unknown[]).indexOf(item) < index) return { wrong: 'is listed twice', right: 'once is enough', index };
    const before: unknown = value[index - 1];
    if (shape.order === 'ascending' && typeof before === 'number' && typeof item === 'number' && before > item) {
      return { wrong: 'is smaller than the one before', right: 'in ascending order', index };
    }
  }
  return null;
}

/** Room for sums such as 0.7 + 0.3 that come out a trace above 1. */
const ROUNDING = 1e-9;

function cropMismatch(value: unknown): Mismatch | null {
  const right = expectation({ kind: 'crop' });
  if (!Array.isArray(value) || value.length !== 4) return { wrong: 'is not a list of four numbers', right };
  for (const [index, part] of (value as unknown[]).entries()) {
    if (typeof part !== 'number' || !(part >= 0 && part <= 1)) return { wrong: 'is not a number from 0 to 1', right, index };
  }
  const [x = 0, y = 0, width = 0, height = 0] = value as number[];
  if (width === 0 || height === 0) return { wrong: 'has no area', right: 'a width and a height above 0' };
  if (x + width > 1 + ROUNDING) return { wrong: 'reaches beyond the right edge of the picture', right: 'x + width at most 1' };
  return y + height > 1 + ROUNDING ? { wrong: 'reaches beyond the bottom of the picture', right: 'y + height at most 1' } : null;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
