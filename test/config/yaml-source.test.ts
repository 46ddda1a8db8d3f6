import { describe, expect, it } from 'vitest';
import { Findings, formatProblem } from '../../src/config/problem.ts';
import { joinPath, parseYaml, type YamlMap } from '../../src/config/yaml-source.ts';

function read(text: string): { root: YamlMap | null; errors: string[] } {
  const findings = new Findings();
  const root = parseYaml(text, findings);
  return { root, errors: findings.errors('f', (line) => line).map(formatProblem) };
}

describe('parseYaml', () => {
  it('gives every value its path, line and column', () => {
    const { root, errors } = read('cameras:\n  door:\n    labels: [a, b]\n');
    expect(errors).toEqual([]);
    const cameras = root?.entries.get('cameras')?.node;
    const door = cameras?.kind === 'map' ? cameras.entries.get('door') : undefined;
    expect(door?.place).toEqual({ path: 'cameras.door', line: 2, column: 3 });
    const labels = door?.node.kind === 'map' ? door.node.entries.get('labels')?.node : undefined;
    expect(labels?.kind === 'list' && labels.items[1]).toMatchObject({ value: 'b', path: 'cameras.door.labels[1]', line: 3, column: 17 });
  });

  it('takes an empty document for an empty map, with or without comments', () => {
    for (const text of ['', '# nothing yet\n', '---\n', 'null\n']) expect(read(text)).toMatchObject({ errors: [], root: { kind: 'map' } });
  });

  it('keeps keys as they are written', () => {
    expect([...(read('1: a\ntrue: b\n01: c\nnull: d\n').root?.entries.keys() ?? [])]).toEqual(['1', 'true', '01', 'null']);
  });

  it.each([
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'f:3:1: a: is given twice (the first one is in line 1)'],
    ['an unknown tag', 'a: !vault x\n', 'f:1:4: unknown tag'],
    ['a language tag', 'a: !!js/function x\n', 'f:1:4: unknown tag'],
    ['an alias', 'a: &x 1\nb: *x\n', 'f:2:4: b: is an alias'],
    ['__proto__', 'a: { __proto__: { b: 1 } }\n', 'f:1:6: a.__proto__: this key is not allowed'],
    ['constructor', 'constructor: 1\n', 'f:1:1: constructor: this key is not allowed'],
    ['prototype', 'prototype: 1\n', 'f:1:1: prototype: this key is not allowed'],
    ['a map as key', '? { a: 1 }\n: 2\n', 'f:1:3: a key is not a plain text'],
    ['a list as root', '- a\n', 'f:1:1: the file is not a map'],
    ['a text as root', 'hello\n', 'f:1:1: the file is not a map'],
    ['a second document', 'a: 1\n---\nb: 2\n', 'f:2:1: a second document starts here'],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'f:2:1: a tab as indentation'],
    ['two pairs on a line', 'a: b: c\n', 'f:1:4: a second `key: value` on one line'],
  ])('refuses %s', (_, text, expected) => {
    expect(read(text).errors.join('\n')).toContain(expected);
  });

  it('never quotes the text in a syntax error: it may be a password', () => {
    for (const text of [
      'password: !hunter2\n',
      'password: *hunter2\n',
      'password: "hunter2\\q"\n',
      'password: `hunter2\n',
      'password: hunter2: x\n',
    ]) {
      const { errors } = read(text);
      expect(errors).not.toEqual([]);
      expect(errors.join('\n')).not.toContain('hunter2');
    }
  });

  it('reports a stumbling parser a few times, not a thousand', () => {
    expect(read('a: ]\n'.repeat(1000)).errors.length).toBeLessThanOrEqual(3);
  });
});

describe('parseYaml against hostile files', () => {
  const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level++) {
    const before = String.fromCharCode(96 + level);
    const name = String.fromCharCode(97 + level);
    laughs.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(', ')}]`);
  }
  it.each([
    ['a billion laughs', laughs.join('\n'), 'is an alias'],
    ['brackets', '['.repeat(1_000_000), 'is nested too deeply'],
    ['braces', '{a: '.repeat(200_000), 'is nested too deeply'],
    ['dashes', '- '.repeat(500_000), 'is nested too deeply'],
    ['question marks', '? '.repeat(500_000), 'is nested too deeply'],
    ['indentation', Array.from({ length: 40 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'is nested too deeply'],
    ['more indentation than a stack holds', Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'is nested too deeply'],
    ['a flood of keys', 'k: v\n'.repeat(200_000), 'the file has too many entries'],
  ])('refuses %s', (_, text, expected) => {
    expect(read(text).errors.join('\n')).toContain(expected);
  });

  it('says where the nesting goes too far', () => {
    expect(read(`a: 1\nb: ${'['.repeat(30)}\n`).errors).toEqual(['f:2:24: is nested too deeply (at most 20 levels)']);
  });
});

describe('joinPath', () => {
  it('quotes keys that are not plain words', () => {
    expect(joinPath('cameras', 'front_door')).toBe('cameras.front_door');
    expect(joinPath('cameras', 'a.b\nc')).toBe('cameras["a.b\\nc"]');
    expect(joinPath('', 'x'.repeat(100))).toBe(`["${'x'.repeat(64)}…"]`);
  });
});
