import { describe, expect, it } from 'vitest';
import { cameraSchema, configSchema, headSchema, regionSchema, ruleSchema } from '../../src/config/schema.ts';
import { isSetting, type Setting } from '../../src/config/setting.ts';
import { mismatch } from '../../src/config/shape.ts';

function settings(schema: object, prefix: string): [string, Setting<unknown>][] {
  return Object.entries(schema as Record<string, object>).flatMap(([key, part]): [string, Setting<unknown>][] =>
    isSetting(part) ? [[prefix + key, part]] : settings(part, `${prefix}${key}.`),
  );
}

const ALL = [
  ...settings(configSchema, ''),
  ...settings(cameraSchema, 'camera.'),
  ...settings(regionSchema, 'region.'),
  ...settings(ruleSchema, 'rule.'),
  ...settings(headSchema, 'head.'),
];

describe('the schema', () => {
  it('explains every key in a sentence', () => {
    for (const [key, { doc }] of ALL) expect(doc, key).toMatch(/^\S.*[.…]$/);
  });

  it('has defaults that it would accept', () => {
    for (const [key, { shape, default: preset, nullable, required }] of ALL) {
      if (preset !== null) expect(mismatch(shape, preset), key).toSatisfy((fault) => fault === null || key === 'head.labels');
      else expect(nullable === true || required, key).toBe(true);
    }
  });

  it('keeps values out of the messages of the validator', () => {
    for (const [key, setting] of ALL) expect(setting.sensitive, key).toBe(true);
  });
});
