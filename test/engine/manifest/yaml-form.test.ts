import { describe, expect, it } from 'vitest';
import { YamlFile } from '../../../src/engine/manifest/yaml-form.ts';

function problems(text: string, read: (file: YamlFile) => void): readonly string[] {
  const file = new YamlFile('f.yaml', text);
  read(file);
  try {
    file.finish();
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}

describe('YamlFile', () => {
  it('reads what is right', () => {
    const file = new YamlFile('f.yaml', 'a: { b: [x, y] }\nn: 3\n');
    expect(file.root().fields('a').texts('b')).toEqual(['x', 'y']);
    expect(file.root().number('n', () => true, 'a number')).toBe(3);
    expect(() => file.finish()).not.toThrow();
  });

  it('lists problems in the order of the file, whatever the order of reading', () => {
    const found = problems('one: 1\ntwo: 2\n', (file) => {
      file.root().text('two');
      file.root().text('one');
    });
    expect(found).toEqual(['f.yaml:1:6: one: a text was expected', 'f.yaml:2:6: two: a text was expected']);
  });

  it('reports a missing mapping once, not each of its fields', () => {
    const found = problems('a: 1\n', (file) => {
      const absent = file.root().fields('b');
      absent.text('c');
      absent.fields('d').texts('e');
    });
    expect(found).toEqual(['f.yaml:1:1: b: a mapping was expected']);
  });

  it.each([
    ['an alias', 'a: &x one\nb: *x\n', 'b: a text was expected'],
    ['an unknown tag', 'a: one\nb: !!js/function two\n', 'Unresolved tag'],
    ['a key that stands twice', 'b: one\nb: two\n', 'unique'],
    ['text that is no YAML', 'b: [', 'f.yaml:1:'],
    ['an empty file', '', 'a mapping was expected'],
  ])('refuses %s', (_, text, message) => {
    expect(problems(text, (file) => void file.root().text('b')).join('\n')).toContain(message);
  });
});
