import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWatch } from '../../src/http/watch-message.ts';

describe('parseWatch', () => {
  it('reads the lists; a missing one is empty', () => {
    expect(parseWatch('{"type":"watch","tiles":["a","b","a"]}')).toEqual({ tiles: new Set(['a', 'b']), classifications: new Set() });
  });

  it.each([
    '',
    'null',
    '[]',
    '7',
    '{}',
    '{"type":"hello"}',
    '{"type":"watch","tiles":"a"}',
    '{"type":"watch","tiles":null}',
    '{"type":"watch","tiles":[1]}',
    '{"type":"watch","tiles":["../x"]}',
    '{"type":"watch","classifications":[""]}',
  ])('says what is wrong with %s', (text) => {
    expect(parseWatch(text)).toBeTypeOf('string');
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => ['string', 'object'].includes(typeof parseWatch(text))));
  });
});
