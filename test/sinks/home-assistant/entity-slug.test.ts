import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entitySlug } from '../../../src/sinks/home-assistant/entity-slug.ts';

describe('entitySlug', () => {
  it.each([
    ['Front door', 'front_door'],
    ['front_door Label', 'front_door_label'],
    ['__A--b__', 'a_b'],
    ['ᛞ', 'x'],
    ['', 'x'],
  ])('%j: %s', (text, slug) => {
    expect(entitySlug(text)).toBe(slug);
  });

  it('is always what Home Assistant takes, and stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const slug = entitySlug(text);
        expect(slug).toMatch(/^(?!.*__)(?!_)[\da-z_]+(?<!_)$/);
        expect(entitySlug(slug)).toBe(slug);
      }),
    );
  });
});
