import { describe, expect, it } from 'vitest';
import { numberedLabels, readLabelList } from '../../../src/engine/manifest/label-list.ts';

const names = (file: string, text: string) => readLabelList(file, text).map(({ name }) => name);

describe('readLabelList', () => {
  it.each([
    ['our own YAML', 'l.yaml', '- name: cat\n  title: A cat\n- name: dog\n'],
    ['a JSON list', 'l.json', '["cat", "dog"]'],
    ['a JSON object by number', 'l.json', '{"0": "cat", "1": "dog"}'],
    ["Keras' class index", 'l.json', '{"0": ["n02123045", "cat"], "1": ["n02084071", "dog"]}'],
    ['one a line, with empty lines and comments', 'l.txt', '# pets\r\ncat\r\n\r\ndog\r\n'],
    ['lines behind numbers', 'l.txt', '0 cat\n1 dog\n'],
    ['lines behind WordNet ids', 'synset.txt', 'n02123045 cat, tabby\nn02084071 dog\n'],
  ])('reads %s', (_, file, text) => {
    expect(names(file, text)).toEqual(['cat', 'dog']);
  });

  it('keeps all names as the title, and numbers classes that share one', () => {
    expect(readLabelList('l.txt', 'tench, Tinca tinca\ncrane\ncrane, derrick\n')).toEqual([
      { name: 'tench', title: 'tench, Tinca tinca' },
      { name: 'crane (1)', title: 'crane' },
      { name: 'crane (2)', title: 'crane, derrick' },
    ]);
  });

  it('leaves names that begin with a number as they are', () => {
    expect(names('l.txt', '3 wheels\n4 wheels\n')).toEqual(['3 wheels', '4 wheels']);
  });

  it.each([
    ['nothing', 'l.txt', '\n', 'holds no labels'],
    ['JSON that is none', 'l.json', '[', 'is not JSON'],
    ['an object with other keys', 'l.json', '{"cat": 0}', 'keys "0", "1"'],
    ['an entry that is no name', 'l.json', '["cat", 7]', 'entry 1 is not a name'],
    ['YAML that is wrong', 'l.yaml', '- title: x\n', 'l.yaml:1:3: [0].name: a text was expected'],
  ])('refuses %s', (_, file, text, message) => {
    expect(() => readLabelList(file, text)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(message) }));
  });
});

it('numberedLabels counts from 0', () => {
  expect(numberedLabels(2).map(({ name }) => name)).toEqual(['class 0', 'class 1']);
});
