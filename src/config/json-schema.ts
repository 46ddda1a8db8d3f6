import { cameraSchema, configSchema } from './schema.ts';
import { isSetting, type Setting } from './setting.ts';
import { isPlainObject, MOST_ITEMS, type Shape } from './shape.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const TITLE = 'Framewatch configuration';
/** `${NAME}` fits everywhere a text stands for the value: it is replaced before the value is judged. */
const REFERENCE = { $ref: '#/$defs/reference' };
const CAMERA = { $ref: '#/$defs/camera' };

/** JSON Schema (draft 2020-12) of the configuration file, made from the schema that validates it. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: TITLE,
    ...groupSchema(configSchema),
    $defs: {
      reference: { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\\}', description: 'Replaced from the environment.' },
      camera: groupSchema(cameraSchema),
    },
  };
}

function groupSchema(group: object): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(group as Record<string, unknown>).map(([key, part]) => [key, isSetting(part) ? settingSchema(part) : groupOrNothing(part)]),
  );
  return { type: 'object', properties, additionalProperties: false };
}

/** A key with nothing behind it stands for all defaults. */
function groupOrNothing(part: unknown): JsonSchema {
  return isPlainObject(part) ? { ...groupSchema(part), type: ['object', 'null'] } : {};
}

function settingSchema(setting: Setting<unknown>): JsonSchema {
  const { shape, doc } = setting;
  const preset = setting.default === null || ['map', 'part'].includes(shape.kind) ? {} : { default: setting.default };
  const value = shapeSchema(shape);
  if (setting.nullable !== true) return { description: doc, ...preset, ...value };
  return { description: doc, ...preset, anyOf: [value, { type: 'null' }] };
}

function shapeSchema(shape: Shape): JsonSchema {
  switch (shape.kind) {
    case 'text': {
      const plain = { type: 'string', minLength: 1, maxLength: shape.maxLength };
      return shape.pattern ? { anyOf: [{ ...plain, pattern: shape.pattern.source }, REFERENCE] } : plain;
    }
    case 'number': {
      const limits = { [shape.exclusive ? 'exclusiveMinimum' : 'minimum']: shape.min, maximum: shape.max };
      return { anyOf: [{ type: shape.integer ? 'integer' : 'number', ...limits }, REFERENCE] };
    }
    case 'flag':
      return { anyOf: [{ type: 'boolean' }, REFERENCE] };
    case 'choice':
      return { anyOf: [{ enum: shape.values }, REFERENCE] };
    case 'url': {
      const scheme = `^(${shape.schemes.join('|')}):`;
      return { anyOf: [{ type: 'string', pattern: scheme, maxLength: 2048 }, ...(shape.words.length > 0 ? [{ enum: shape.words }] : []), REFERENCE] };
    }
    case 'list':
      return { type: 'array', items: shapeSchema(shape.of), minItems: shape.minItems, maxItems: MOST_ITEMS, uniqueItems: true };
    case 'crop': {
      const part = { anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, REFERENCE] };
      return { type: 'array', items: part, minItems: 4, maxItems: 4 };
    }
    case 'part':
      return { anyOf: [partSchema(shape.of), { type: 'null' }] };
    case 'map':
      return {
        type: ['object', 'null'],
        propertyNames: { pattern: shape.keys.pattern?.source ?? '' },
        additionalProperties: entrySchema(shape.entry),
      };
  }
}

function partSchema(of: object): JsonSchema {
  return of === cameraSchema ? CAMERA : groupSchema(of);
}

function entrySchema(entry: object): JsonSchema {
  const required = Object.entries(entry as Record<string, unknown>).flatMap(([key, part]) => (isSetting(part) && part.required ? [key] : []));
  const inner = { ...partSchema(entry), ...(required.length > 0 ? { required } : {}) };
  return required.length > 0 || entry === cameraSchema ? inner : { anyOf: [inner, { type: 'null' }] };
}
