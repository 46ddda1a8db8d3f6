import { expect, it } from 'vitest';
import { ByteReader } from '../../src/events/byte-reader.ts';

it('says so when a number has no end', () => {
  const reader = new ByteReader(Uint8Array.of(5, 0x80));
  expect(reader.whole()).toBe(5);
  expect(reader.overran).toBe(false);
  expect(reader.whole()).toBeNaN();
  expect([reader.atEnd, reader.overran]).toEqual([true, true]);
});
