import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BitReader } from '../../src/demo/bit-reader.ts';

describe('BitReader', () => {
  it('reads the numbers that were written, with emulation prevention bytes between them', () => {
    const numbers = fc.array(fc.oneof(fc.nat(20), fc.nat(2 ** 20), fc.constant(2 ** 30)), { maxLength: 20 });
    fc.assert(
      fc.property(numbers, (written) => {
        const bits = new BitReader(protect(toBytes(`${written.map(expGolomb).join('')}1`)));
        expect(written.map(() => bits.unsigned())).toEqual(written);
        expect(bits.bits(1)).toBe(1);
      }),
    );
  });

  it('refuses to read beyond the end, and numbers that are none', () => {
    expect(() => new BitReader(Buffer.from([0xff])).bits(9)).toThrow('ends too early');
    expect(() => new BitReader(Buffer.alloc(8)).unsigned()).toThrow('too long');
  });
});

function expGolomb(value: number): string {
  const binary = (value + 1).toString(2);
  return '0'.repeat(binary.length - 1) + binary;
}

function toBytes(bits: string): number[] {
  return (bits.match(/.{1,8}/g) ?? []).map((eight) => Number.parseInt(eight.padEnd(8, '0'), 2));
}

/** ITU-T H.264, 7.4.1: after two zero bytes a byte below 4 is kept apart by a 3. */
function protect(bytes: readonly number[]): Buffer {
  const out: number[] = [];
  for (const byte of bytes) {
    if (out.at(-1) === 0 && out.at(-2) === 0 && byte <= 3) out.push(3);
    out.push(byte);
  }
  return Buffer.from(out);
}
