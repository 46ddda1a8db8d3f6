import { describe, expect, it } from 'vitest';
import { checkSettings, flag, optional, required, type Schema, text, whole } from '../../src/config/setting.ts';

interface Sample {
  readonly name: string;
  readonly alias: string | null;
  readonly group: { readonly size: number; readonly on: boolean };
}

const schema: Schema<Sample> = {
  name: required(text('', 'Name.')),
  alias: optional(text('', 'Alias.')),
  group: { size: whole(4, 1, 9, 'Size.'), on: flag(true, 'On.') },
};

describe('checkSettings', () => {
  it('fills in defaults', () => {
    expect(checkSettings(schema, { name: 'a' })).toEqual({
      settings: { name: 'a', alias: null, group: { size: 4, on: true } },
      mismatches: new Map(),
    });
  });

  it('reports all mismatches by dotted key and puts defaults in their place', () => {
    const { settings, mismatches } = checkSettings(schema, { alias: 'b', group: { size: 99, on: 'x' } });
    expect([...mismatches.keys()].sort()).toEqual(['group.on', 'group.size', 'name']);
    expect(settings).toEqual({ name: null, alias: 'b', group: { size: 4, on: true } });
  });

  it('converts no text to a number or a flag, and survives line breaks and colons in a value', () => {
    expect([...checkSettings(schema, { name: 'a', group: { size: '4' } }).mismatches.keys()]).toEqual(['group.size']);
    expect([...checkSettings(schema, { name: 'x: {}\nname: {}'.repeat(100), group: { on: 'true' } }).mismatches.keys()].sort()).toEqual([
      'group.on',
      'name',
    ]);
  });

  it('knows neither the environment nor the arguments of the process', () => {
    expect(checkSettings(schema, { name: 'a' }).settings.name).toBe('a');
  });

  it('fails loudly when it is given a key that the schema lacks', () => {
    expect(() => checkSettings(schema, { name: 'a', other: 1 })).toThrow('disagree');
  });
});

describe('a schema that drifts from its type', () => {
  it('does not compile', () => {
    // @ts-expect-error a key of the type is missing
    const missing: Schema<Sample> = { name: text('', 'Name.'), group: { size: whole(1, 1, 2, 'S.'), on: flag(true, 'O.') } };
    // @ts-expect-error a key is of another type
    const other: Schema<Pick<Sample, 'name'>> = { name: whole(1, 1, 2, 'Name.') };
    // @ts-expect-error a key is not in the type
    const more: Schema<Pick<Sample, 'alias'>> = { alias: optional(text('', 'Alias.')), name: text('', 'Name.') };
    expect([missing, other, more]).toHaveLength(3);
  });
});
