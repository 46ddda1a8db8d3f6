import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse as parseYamlText } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { accepted, warningsOf } from './sample.ts';

const fileOf = (name: string): string => readFileSync(fileURLToPath(new URL(`../../config/${name}`, import.meta.url)), 'utf8');
const schema = configJsonSchema();

/** Judges by the keywords that the generated schema uses; an unknown keyword fails the test. Returns where `value` does not fit. */
function misfits(part: unknown, value: unknown, path = ''): string[] {
  const rules = part as Record<string, unknown>;
  const wrong: string[] = [];
  const refuse = (failed: boolean, rule: string) => failed && wrong.push(`${path}: ${rule}`);
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const entries = isMap ? Object.entries(value as Record<string, unknown>) : [];
  const properties = (rules['properties'] ?? {}) as Record<string, unknown>;
  for (const [rule, wanted] of Object.entries(rules)) {
    switch (rule) {
      case '$schema':
      case '$defs':
      case 'title':
      case 'description':
      case 'default':
        break;
      case '$ref':
        wrong.push(...misfits((schema['$defs'] as Record<string, unknown>)[String(wanted).replace('#/$defs/', '')], value, path));
        break;
      case 'anyOf':
        refuse(
          (wanted as unknown[]).every((option) => misfits(option, value, path).length > 0),
          rule,
        );
        break;
      case 'enum':
        refuse(!(wanted as unknown[]).includes(value), rule);
        break;
      case 'type':
        refuse(![wanted].flat().some((name) => typeNames(value).includes(String(name))), rule);
        break;
      case 'properties':
        for (const [key, inner] of entries) if (properties[key]) wrong.push(...misfits(properties[key], inner, `${path}.${key}`));
        break;
      case 'additionalProperties':
        for (const [key, inner] of entries) {
          if (properties[key]) continue;
          if (wanted === false) refuse(true, `unknown ${key}`);
          else wrong.push(...misfits(wanted, inner, `${path}.${key}`));
        }
        break;
      case 'propertyNames':
        for (const [key] of entries) wrong.push(...misfits(wanted, key, `${path}.${key}`));
        break;
      case 'required':
        if (isMap) for (const key of wanted as string[]) refuse(!(key in value), `required ${key}`);
        break;
      case 'items':
        if (Array.isArray(value)) for (const item of value) wrong.push(...misfits(wanted, item, `${path}[]`));
        break;
      case 'minItems':
        refuse(Array.isArray(value) && value.length < Number(wanted), rule);
        break;
      case 'maxItems':
        refuse(Array.isArray(value) && value.length > Number(wanted), rule);
        break;
      case 'uniqueItems':
        refuse(Array.isArray(value) && new Set(value).size < value.length, rule);
        break;
      case 'minimum':
        refuse(typeof value === 'number' && value < Number(wanted), rule);
        break;
      case 'exclusiveMinimum':
        refuse(typeof value === 'number' && value <= Number(wanted), rule);
        break;
      case 'maximum':
        refuse(typeof value === 'number' && value > Number(wanted), rule);
        break;
      case 'minLength':
        refuse(typeof value === 'string' && value.length < Number(wanted), rule);
        break;
      case 'maxLength':
        refuse(typeof value === 'string' && value.length > Number(wanted), rule);
        break;
      case 'pattern':
        // Validators compile patterns with the u flag.
        refuse(typeof value === 'string' && !new RegExp(String(wanted), 'u').test(value), rule);
        break;
      default:
        throw new Error(`unknown keyword ${rule}`);
    }
  }
  return wrong;
}

function typeNames(value: unknown): string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}

describe('configJsonSchema', () => {
  it('is what config/framewatch.schema.json holds', () => {
    expect(fileOf('framewatch.schema.json'), 'stale: run `framewatch schema > config/framewatch.schema.json`').toBe(
      `${JSON.stringify(schema, null, 2)}\n`,
    );
  });

  it.each([
    'cameras: { a: { url: rtsp://h/x } }',
    'engine:\ncameras:\ncameraDefaults:\n',
    'http: { port: "$' + '{PORT}" }\ncameras: { a: { url: "$' + '{URL}", rules: { r: { labels: [Porn] } } } }',
    'mqtt: { url: embedded, protocolVersion: 4, password: null }',
    'cameras: { a: { url: file:x.mp4, regions: { full: , z: { crop: [0, 0, 0.5, 1] } } } }',
  ])('takes what the program takes: %j', (text) => {
    expect(misfits(schema, parseYamlText(text))).toEqual([]);
    accepted(text, { env: { PORT: '1', URL: 'rtsp://h/x' } });
  });

  it.each([
    'instnace: x',
    'engine: { backend: onyx }',
    'http: { port: 70000 }',
    'http: { port: "80" }',
    'mqtt: { url: "http://h" }',
    'mqtt: { baseTopic: "a/#" }',
    'batching: { allowedBatchSizes: [] }',
    'cameras: { a: {} }',
    'cameras: { a: { url: "ftp://h/x" } }',
    'cameras: { "a b": { url: "rtsp://h/x" } }',
    'cameras: { a: { url: "rtsp://h/x", sampelFps: 2 } }',
    'cameras: { a: { url: "rtsp://h/x", sampleFps: 0 } }',
    'cameras: { a: { url: "rtsp://h/x", rules: { r: { enter: 0.5 } } } }',
    'cameras: { a: { url: "rtsp://h/x", regions: { z: { crop: [0, 0, 1] } } } }',
    'cameraDefaults: { colour: red }',
    'heads: { gate: { labels: [open] } }',
  ])('refuses what the program refuses: %j', (text) => {
    expect(misfits(schema, parseYamlText(text))).not.toEqual([]);
    expect(() => accepted(text)).toThrow();
  });
});

describe('config/framewatch.example.yaml', () => {
  const env = { FRONT_DOOR_PASSWORD: 'a', MQTT_PASSWORD: 'b' };

  it('is accepted without a warning, by the program and by the JSON Schema', () => {
    const text = fileOf('framewatch.example.yaml');
    expect(warningsOf(text, { env })).toEqual([]);
    expect(accepted(text, { env }).cameras.map(({ id, enabled }) => [id, enabled])).toEqual([
      ['front_door', true],
      ['hall', true],
      ['clip', false],
    ]);
    expect(misfits(schema, parseYamlText(text))).toEqual([]);
  });

  it('names its schema for editors, and shows the defaults where it says so', () => {
    const text = fileOf('framewatch.example.yaml');
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./framewatch.schema.json');
    const example = accepted(text, { env });
    const bare = accepted('cameras: { a: { url: rtsp://h/x } }');
    for (const group of ['instance', 'model', 'engine', 'batching', 'http', 'history', 'log', 'ffmpeg'] as const)
      expect(example[group]).toEqual(bare[group]);
    expect({ ...example.mqtt, username: null, password: null }).toEqual(bare.mqtt);
    expect(example.cameras[1]?.rules[0]).toEqual({ ...bare.cameras[0]?.rules[0], regions: ['full', 'screen'] });
  });

  it('still loads with every setting that is commented out', () => {
    const text = fileOf('framewatch.example.yaml').replace(/^( *)# (\w+: (?:\S.*?))(?: {2,}#.*)?$/gm, (line, indent: string, setting: string) =>
      /^(?:modelsDir|stateDir|embeddedPort|clientId|ca|cert|key|tokenFile|tls|path):/.test(setting) ? `${indent}${setting}` : line,
    );
    expect(text).toContain('\nmodelsDir: ../models');
    expect(accepted(text, { env })).toMatchObject({
      modelsDir: '/etc/models',
      mqtt: { cert: '/etc/fw/client.pem' },
      http: { tls: { cert: '/etc/fw/server.pem' } },
    });
  });
});
