import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvFormat, csvRow } from '../../src/classify/csv-format.ts';
import { verdictOf } from './sample.ts';

/** A reader of its own, by RFC 4180. */
function parsed(text: string): string[][] {
  const rows: string[][] = [];
  let [row, field, quoted]: [string[], string, boolean] = [[], '', false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',' || character === '\n') {
      row.push(field);
      field = '';
      if (character === '\n') {
        rows.push(row);
        row = [];
      }
    } else field += character;
  }
  return rows;
}

describe('csvRow', () => {
  it('quotes what must be quoted and nothing else', () => {
    expect(csvRow(['a b', 'c,d', 'e"f', 'g\nh', 'i\rj', ''])).toBe('a b,"c,d","e""f","g\nh","i\rj",\n');
  });

  it('is read back as it was, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 5 }), { maxLength: 5 }), (rows) => {
        expect(parsed(rows.map(csvRow).join(''))).toEqual(rows);
      }),
    );
  });
});

describe('csvFormat', () => {
  it('gives a head and one row a picture, with a column for each label in the order of the network', () => {
    const format = csvFormat({ labels: ['cat', 'dog, hot', 'owl'] });
    const file = format.file('a,"b.mp4', 0);
    const text = format.head() + file.head() + file.verdict(verdictOf(7, 1234.5, { cat: 0.1, 'dog, hot': 0.25, owl: 0.65 }));
    expect(parsed(text)).toEqual([
      ['file', 'time', 'frame', 'label', 'score', 'region', 'cat', 'dog, hot', 'owl'],
      ['a,"b.mp4', '1.234', '7', 'owl', '0.6500', 'full', '0.1000', '0.2500', '0.6500'],
    ]);
  });
});
