import { describe, expect, it } from 'vitest';
import { mergeMaps } from '../../src/config/merge.ts';
import { Findings } from '../../src/config/problem.ts';
import { parseYaml, type YamlMap, type YamlNode } from '../../src/config/yaml-source.ts';

function map(text: string): YamlMap {
  const root = parseYaml(text, new Findings());
  if (!root) throw new Error('not a map');
  return root;
}

function plain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)]));
}

describe('mergeMaps', () => {
  it.each([
    ['own wins', 'a: 1', 'a: 2', { a: 2 }],
    ['defaults fill in', 'a: 1', 'b: 2', { b: 2, a: 1 }],
    ['maps are merged deeply', 'm: { a: 1, b: { c: 2 } }', 'm: { b: { d: 3 } }', { m: { b: { d: 3, c: 2 }, a: 1 } }],
    ['lists are replaced', 'l: [1, 2]', 'l: [3]', { l: [3] }],
    ['null takes a default away', 'a: 1', 'a: null', { a: null }],
    ['nothing behind a key keeps a map', 'm: { a: 1 }', 'm:', { m: { a: 1 } }],
    ['another kind replaces', 'm: { a: 1 }', 'm: 5', { m: 5 }],
  ])('%s', (_, defaults, own, expected) => {
    expect(plain(mergeMaps(map(defaults), map(own)))).toEqual(expected);
  });

  it('keeps the place where each value was written', () => {
    const merged = mergeMaps(map('m:\n  a: 1\n'), map('m: { b: 2 }\n'));
    const inner = merged.entries.get('m')?.node;
    expect(inner?.kind === 'map' && inner.entries.get('a')?.node).toMatchObject({ line: 2, column: 6 });
    expect(inner?.kind === 'map' && inner.entries.get('b')?.node).toMatchObject({ line: 1, column: 9 });
  });
});
