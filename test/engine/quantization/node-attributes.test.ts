import fc from 'fast-check';
import { expect, it } from 'vitest';
import { integerAttribute, integersAttribute, readAttribute } from '../../../src/engine/quantization/node-attributes.ts';

it('reads what it wrote', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer(), fc.array(fc.integer()), (name, one, many) => {
      expect(readAttribute(integerAttribute(name, one).content)).toMatchObject({ name, integer: one });
      expect(readAttribute(integersAttribute(name, many).content)).toMatchObject({ name, integers: many });
    }),
  );
});
