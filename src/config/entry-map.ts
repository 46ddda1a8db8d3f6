import type { Findings, Place } from './problem.ts';
import { ID } from './schema.ts';
import { shown } from './section.ts';
import { mismatch } from './shape.ts';
import type { YamlMap, YamlNode } from './yaml-source.ts';

/** One entry of a map with free keys. `map` is undefined when nothing stands behind the key. */
export interface NamedEntry {
  readonly id: string;
  readonly place: Place;
  readonly map: YamlMap | undefined;
}

/** One machine cannot watch more cameras, whatever it is. */
const MOST_ENTRIES = 1000;

/** The entries of a map with free keys that are maps or empty; all others, and ids of a wrong form, are reported. */
export function namedEntries(node: YamlNode | undefined, findings: Findings): NamedEntry[] {
  if (node?.kind !== 'map') return [];
  const entries: NamedEntry[] = [];
  if (node.entries.size > MOST_ENTRIES) {
    findings.error(node, 'has too many entries', `at most ${MOST_ENTRIES}`);
    return [];
  }
  for (const [id, { place, node: value }] of node.entries) {
    const fault = mismatch(ID, id);
    if (fault) findings.error(place, `the name ${shown(id)} ${fault.wrong}`, fault.right);
    if (value.kind === 'map') entries.push({ id, place, map: value });
    else if (value.kind === 'scalar' && (value.value === null || value.faulty)) entries.push({ id, place, map: undefined });
    else findings.error(value, 'is not a map', 'lines of `key: value` below it');
  }
  return entries;
}
