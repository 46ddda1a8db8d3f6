import { FramewatchError, messageOf } from '../../util/errors.ts';
import { parseLabels } from './manifest-labels.ts';

export interface Label {
  readonly name: string;
  /** What people read; the name, where the list has nothing better. */
  readonly title: string;
}

/**
 * Labels in one of the forms in which they lie beside models: our own YAML, JSON (a list of names, or an object with the numbers of the outputs as keys, whose
 * values may be `[id, name]` as in Keras), or a text with one name a line, behind a number or a WordNet id perhaps.
 * Throws FramewatchError MODEL_INVALID.
 */
export function readLabelList(file: string, text: string): readonly Label[] {
  const labels = /\.ya?ml$/.test(file) ? ofYaml(file, text) : /^\s*[[{]/.test(text) ? ofJson(file, text) : ofLines(text);
  if (labels.length === 0) throw new FramewatchError('MODEL_INVALID', `${file} holds no labels`);
  return distinct(labels);
}

/** Names for outputs that nobody has named. */
export function numberedLabels(count: number): readonly Label[] {
  return Array.from({ length: count }, (_, index) => ({ name: `class ${index}`, title: `class ${index}` }));
}

function ofYaml(file: string, text: string): readonly Label[] {
  return [...parseLabels(file, text)].map(([name, title]) => ({ name, title }));
}

function ofJson(file: string, text: string): readonly Label[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FramewatchError('MODEL_INVALID', `${file} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const isNumbered = typeof json === 'object' && json !== null && Object.keys(json).every((key, index) => key === String(index));
  if (!Array.isArray(json) && !isNumbered)
    throw new FramewatchError('MODEL_INVALID', `${file}: a list of names, or an object with the keys "0", "1", … is needed`);
  return Object.values(json as object).map((entry: unknown, index) => {
    const name: unknown = Array.isArray(entry) ? entry.at(-1) : entry;
    if (typeof name !== 'string' || name.trim() === '') throw new FramewatchError('MODEL_INVALID', `${file}: entry ${index} is not a name`);
    return named(name);
  });
}

function ofLines(text: string): readonly Label[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const isNumbered = lines.every((line, index) => line.startsWith(`${index} `) || line.startsWith(`${index}:`));
  return lines.map((line) => named((isNumbered ? line.replace(/^\d+[ :]\s*/, '') : line).replace(/^n\d{8}\s+/, '')));
}

/** Of several names, `tench, Tinca tinca`, the first is the one that rules use. */
function named(text: string): Label {
  const title = text.trim();
  return { name: title.split(',')[0]?.trim() || title, title };
}

/** Two classes may share a name (ImageNet has two cranes): each gets its number. */
function distinct(labels: readonly Label[]): readonly Label[] {
  const counts = new Map<string, number>();
  for (const { name } of labels) counts.set(name, (counts.get(name) ?? 0) + 1);
  return labels.map((label, index) => ((counts.get(label.name) ?? 0) > 1 ? { ...label, name: `${label.name} (${index})` } : label));
}
