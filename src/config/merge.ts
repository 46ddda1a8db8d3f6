import type { YamlEntry, YamlMap } from './yaml-source.ts';

/**
 * `own` over `defaults`: maps are merged deeply, everything else (lists too) is replaced. Each value keeps the place where it was
 * written, so that a fault in a default is shown at the default. A key with nothing behind it takes a default that is a map.
 */
export function mergeMaps(defaults: YamlMap, own: YamlMap): YamlMap {
  const entries = new Map<string, YamlEntry>();
  for (const [key, entry] of own.entries) {
    const inherited = defaults.entries.get(key)?.node;
    if (inherited?.kind !== 'map') entries.set(key, entry);
    else if (entry.node.kind === 'map') entries.set(key, { place: entry.place, node: mergeMaps(inherited, entry.node) });
    else if (entry.node.kind === 'scalar' && entry.node.value === null) entries.set(key, { place: entry.place, node: inherited });
    else entries.set(key, entry);
  }
  for (const [key, entry] of defaults.entries) if (!entries.has(key)) entries.set(key, entry);
  return { ...own, entries };
}
