import { describe, expect, it } from 'vitest';
import { Findings, formatProblem } from '../../src/config/problem.ts';
import { readSection, type Section, shown, subsection } from '../../src/config/section.ts';
import { choice, flag, optional, required, type Schema, text, texts, whole } from '../../src/config/setting.ts';
import { parseYaml } from '../../src/config/yaml-source.ts';

interface Sample {
  readonly name: string;
  readonly note: string | null;
  readonly mode: 'slow' | 'fast';
  readonly tags: readonly string[];
  readonly group: { readonly size: number; readonly on: boolean };
}

const schema: Schema<Sample> = {
  name: required(text('', 'Name.')),
  note: optional(text('', 'Note.')),
  mode: choice<Sample['mode']>(['slow', 'fast'], 'slow', 'Mode.'),
  tags: texts(0, 'Tags.', { maxLength: 3 }),
  group: { size: whole(4, 1, 9, 'Size.'), on: flag(true, 'On.') },
};

function read(yaml: string, partial = false): { section: Section<Sample>; errors: string[] } {
  const findings = new Findings();
  const root = parseYaml(yaml, findings) ?? undefined;
  const section = readSection(schema, root, { path: 'top', line: 1, column: 1 }, findings, partial);
  return { section, errors: findings.errors('f', (line) => line).map(formatProblem) };
}

describe('readSection', () => {
  it('gives settings, nodes and places', () => {
    const { section, errors } = read('name: a\ngroup:\n  size: 7\n');
    expect(errors).toEqual([]);
    expect(section.settings).toEqual({ name: 'a', note: null, mode: 'slow', tags: [], group: { size: 7, on: true } });
    expect(section.place('group.size')).toMatchObject({ line: 3, column: 9 });
    expect(section.place('note')).toMatchObject({ path: 'top', line: 1 });
    expect(section.node('note')).toBeUndefined();
    const group = subsection(section, 'group');
    expect([group.settings.size, group.node('size')?.line, group.sound('size'), group.place('on').path]).toEqual([7, 3, true, 'group']);
  });

  it('marks what was wrong and goes on with defaults', () => {
    const { section, errors } = read('name: a\nmode: fsat\ntags: [ab, abcd]\ngroup: { size: 0, on: { a: 1 } }\n');
    expect(errors).toEqual([
      'f:2:7: mode: "fsat" is not a choice (did you mean fast? one of slow, fast)',
      'f:3:12: tags[1]: "abcd" is too long (at most 3 characters)',
      'f:4:16: group.size: "0" is too small (a whole number from 1 to 9)',
      'f:4:23: group.on: is neither true nor false (true or false)',
    ]);
    expect(section.settings).toMatchObject({ mode: 'slow', tags: [], group: { size: 4, on: true } });
    expect(['name', 'mode', 'tags', 'group.size', 'group.on'].map((key) => section.sound(key))).toEqual([true, false, false, false, false]);
  });

  it('wants required keys unless it reads a part', () => {
    expect(read('note: x').errors).toEqual(['f:1:1: top.name: is missing (a text of at most 256 characters)']);
    expect(read('note: x', true).errors).toEqual([]);
    expect(read('name:', true).errors).toEqual(['f:1:1: name: is empty (a text of at most 256 characters)']);
  });

  it('takes a group with nothing behind it for its defaults, and nothing else for a map', () => {
    expect(read('name: a\ngroup:\n').errors).toEqual([]);
    expect(read('name: a\ngroup: []\n').errors).toEqual(['f:2:8: group: is not a map (with the keys size, on below it)']);
  });

  it('is not fooled by keys that every object has', () => {
    for (const key of ['toString', 'hasOwnProperty', 'default', 'shape', '_cvtProperties', 'group.size']) {
      expect(read(`name: a\n${key}: 1\n`).errors.join(), key).toContain('unknown key');
    }
  });
});

describe('shown', () => {
  it('quotes, shortens and keeps to one line', () => {
    expect(shown('a\nb"')).toBe('"a\\nb\\""');
    expect(shown('x'.repeat(99))).toBe(`"${'x'.repeat(40)}…"`);
  });
});
