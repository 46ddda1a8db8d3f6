import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectation, mismatch, type Shape } from '../../src/config/shape.ts';

const whole: Shape = { kind: 'number', integer: true, min: 1, exclusive: false, max: 8 };
const ratio: Shape = { kind: 'number', integer: false, min: 0, exclusive: true, max: 1 };
const ladder: Shape = { kind: 'list', of: whole, minItems: 1, order: 'ascending' };
const names: Shape = { kind: 'list', of: { kind: 'text', maxLength: 4 }, minItems: 0, order: 'distinct' };
const choice: Shape = { kind: 'choice', values: ['tcp', 'udp'] };
const word: Shape = { kind: 'text', maxLength: 4, pattern: /^[a-z]+$/, says: 'small letters' };
const crop: Shape = { kind: 'crop' };

describe('mismatch', () => {
  it.each<[Shape, unknown]>([
    [whole, 1],
    [whole, 8],
    [ratio, 0.001],
    [ratio, 1],
    [ladder, [1, 2, 8]],
    [names, []],
    [names, ['a', 'b']],
    [choice, 'udp'],
    [word, 'abcd'],
    [crop, [0.7, 0, 0.3, 1]],
    [crop, [0.1, 0.2, 0.9, 0.8]],
    [{ kind: 'flag' }, false],
    [{ kind: 'url', schemes: ['mqtt'], words: ['embedded'] }, 'embedded'],
  ])('%j takes %j', (shape, value) => expect(mismatch(shape, value)).toBeNull());

  it.each<[Shape, unknown, string]>([
    [whole, 0, 'too small'],
    [whole, 9, 'too large'],
    [whole, 1.5, 'not a whole number'],
    [whole, '1', 'not a number'],
    [whole, null, 'is empty'],
    [whole, Number.NaN, 'not a number'],
    [whole, Number.POSITIVE_INFINITY, 'not a number'],
    [ratio, 0, 'too small'],
    [ladder, [], 'too few'],
    [names, Array.from({ length: 1001 }, (_, index) => `${index}`), 'too many items'],
    [ladder, [2, 1], 'smaller than the one before'],
    [ladder, [2, 2], 'listed twice'],
    [ladder, 4, 'not a list'],
    [names, ['a', 'toolong'], 'too long'],
    [names, ['a', 5], 'not a text'],
    [choice, 'tpc', 'not a choice'],
    [word, 'ABC', 'right form'],
    [word, '', 'empty text'],
    [word, true, 'not a text'],
    [crop, [0.5, 0, 0.6, 1], 'right edge'],
    [crop, [0, 0.5, 1, 0.6], 'bottom'],
    [crop, [0, 0, 0, 1], 'no area'],
    [crop, [0, 0, 1], 'four numbers'],
    [crop, [0, 0, 2, 1], 'not a number from 0 to 1'],
    [crop, [0, Number.NaN, 1, 1], 'not a number from 0 to 1'],
    [{ kind: 'flag' }, 'yes', 'neither true nor false'],
  ])('%j refuses %j', (shape, value, wrong) => expect(mismatch(shape, value)?.wrong).toContain(wrong));

  it('names the item of a list that is meant, and suggests a choice', () => {
    expect(mismatch(ladder, [1, 2, 99])?.index).toBe(2);
    expect(mismatch(choice, 'tpc')?.right).toBe('did you mean tcp? one of tcp, udp');
  });

  it('never throws and never quotes the value', () => {
    const shapes = fc.constantFrom<Shape>(whole, ratio, ladder, names, choice, word, crop);
    fc.assert(
      fc.property(shapes, fc.anything(), (shape, value) => {
        mismatch(shape, value);
      }),
    );
    for (const shape of [whole, names, choice, word, crop]) expect(JSON.stringify(mismatch(shape, 'Hunter2!'))).not.toContain('Hunter2');
  });
});

describe('expectation', () => {
  it('says the limits', () => {
    expect(expectation(whole)).toBe('a whole number from 1 to 8');
    expect(expectation(ratio)).toBe('a number above 0, at most 1');
    expect(expectation(word)).toBe('small letters');
  });
});
