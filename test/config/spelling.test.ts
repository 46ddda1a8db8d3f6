import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest, editDistance } from '../../src/config/spelling.ts';

const word = fc.string({ maxLength: 12 });

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['kitten', 'sitting', 3],
    ['sampelFps', 'sampleFps', 1],
    ['tpc', 'tcp', 1],
    ['abc', 'abc', 0],
  ])('%s → %s is %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  it('is symmetric, zero for equal words only, and no more than the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it('is one after one edit', () => {
    fc.assert(
      fc.property(word, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (text, at, inserted) => {
        const index = at % (text.length + 1);
        expect(editDistance(text, text.slice(0, index) + inserted + text.slice(index))).toBe(1);
      }),
    );
  });
});

describe('closest', () => {
  it('finds what was meant, whatever the case, and nothing when nothing is near', () => {
    expect(closest('sampelfps', ['decode', 'sampleFps', 'weight'])).toBe('sampleFps');
    expect(closest('porn', ['Porn', 'Sexy'])).toBe('Porn');
    expect(closest('colour', ['decode', 'weight'])).toBeNull();
    expect(closest('x'.repeat(1_000_000), ['x'])).toBeNull();
  });
});
