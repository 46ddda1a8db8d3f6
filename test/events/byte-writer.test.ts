import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteReader } from '../../src/events/byte-reader.ts';
import { ByteWriter } from '../../src/events/byte-writer.ts';

it('writes whole numbers of either sign so that they are read again, as often as there is room or not', () => {
  const numbers = fc.array(
    fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -300, max: 300 })).filter((n) => Math.abs(n) < 2 ** 51),
    {
      maxLength: 600,
    },
  );
  const writer = new ByteWriter();
  fc.assert(
    fc.property(numbers, (values) => {
      for (const value of values) {
        writer.signed(value);
        writer.whole(Math.abs(value));
      }
      const length = writer.length;
      const bytes = writer.copy();
      writer.clear();
      expect([bytes.length, writer.length]).toEqual([length, 0]);
      const reader = new ByteReader(bytes);
      for (const value of values) {
        // −0 is not to be told from 0.
        expect(reader.signed() + 0).toBe(value + 0);
        expect(reader.whole()).toBe(Math.abs(value));
      }
      expect([reader.atEnd, reader.overran]).toEqual([true, false]);
    }),
  );
});

it('takes as few bytes as there are sevens of bits', () => {
  const lengthOf = (value: number) => {
    const writer = new ByteWriter();
    writer.whole(value);
    return writer.length;
  };
  expect([0, 127, 128, 10_000, 16_383, 16_384].map(lengthOf)).toEqual([1, 1, 2, 2, 2, 3]);
});
