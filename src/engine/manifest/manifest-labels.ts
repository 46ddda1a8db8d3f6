import { YamlFile } from './yaml-form.ts';

/**
 * The labels file: a list of `{ name, title }` in the order of the network's outputs. Gives name → title, in that order; a label without a title is
 * called by its name. Throws FramewatchError MODEL_INVALID with all problems, each at its line.
 */
export function parseLabels(path: string, text: string): ReadonlyMap<string, string> {
  const file = new YamlFile(path, text);
  const titles = new Map<string, string>();
  for (const entry of file.rootList()) {
    entry.known('name', 'title');
    const name = entry.text('name');
    if (titles.has(name)) entry.refuse('name', `${name} stands twice`);
    titles.set(name, entry.has('title') ? entry.text('title') : name);
  }
  file.finish();
  return titles;
}

/** The names in a message: a network may have a thousand. */
export function labelsInWords(labels: readonly string[]): string {
  const shown = labels.slice(0, 10).join(', ');
  return labels.length > 10 ? `${shown} and ${labels.length - 10} more` : shown;
}
