import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTERS, GROUPS, PLAIN_VIEW, queryOf, SIZES, SORTS, wallViewOf } from '../../../src/dashboard/wall/wall-view.ts';

describe('the view in the address', () => {
  it('is empty for the plain one, and leaves out what is unknown', () => {
    expect(queryOf(PLAIN_VIEW)).toBe('');
    expect(wallViewOf('?sort=colour&filter=active&x=1')).toEqual({ ...PLAIN_VIEW, filter: 'active' });
    expect(wallViewOf(`?q=${'a'.repeat(999)}`).search).toHaveLength(200);
  });

  it('comes back as it was', () => {
    const view = fc.record({
      search: fc.string({ maxLength: 200, unit: 'grapheme-ascii' }),
      filter: fc.constantFrom(...FILTERS),
      sort: fc.constantFrom(...SORTS),
      group: fc.constantFrom(...GROUPS),
      size: fc.constantFrom(...SIZES),
    });
    fc.assert(
      fc.property(view, (drawn) => {
        expect(wallViewOf(queryOf(drawn))).toEqual(drawn);
      }),
    );
  });
});
