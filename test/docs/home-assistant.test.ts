import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { bridgeDevice } from '../../src/sinks/home-assistant/bridge-device.ts';
import { cameraDevice } from '../../src/sinks/home-assistant/camera-device.ts';
import { aCamera, FACTS } from '../helpers/discovery.ts';
import { documentBlocks, documentText } from '../helpers/document.ts';
import { renderTemplates } from '../helpers/jinja.ts';

interface Automation {
  readonly alias?: string;
  readonly blueprint?: {
    readonly name: string;
    readonly domain: string;
    readonly input: Readonly<Record<string, { readonly name: string; readonly selector: object }>>;
  };
  readonly triggers: readonly { readonly trigger: string; readonly entity_id: unknown }[];
  readonly conditions?: readonly { readonly condition: string; readonly value_template: string }[];
  readonly actions: unknown;
}

const FILE = 'docs/home-assistant.md';
/** `!input name`, Home Assistant's own tag. */
const input = { tag: '!input', resolve: (name: string) => ({ input: name }) };
const blocks = documentBlocks(FILE, 'yaml').map((text) => parse(text, { customTags: [input] }) as Record<string, unknown>);
const automations = blocks.filter((block): block is Record<string, unknown> & Automation => 'triggers' in block);
const blueprint = automations.find((each) => each.blueprint !== undefined);

function decide(automation: Automation | undefined, attributes: object, more: object = {}): string {
  const template = automation?.conditions?.[0]?.value_template ?? '';
  const [text = ''] = renderTemplates([{ template, payload: '', variables: { trigger: { to_state: { attributes } }, ...more } }]);
  return text.trim();
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const start = { event_type: 'start', rule: 'unsafe', label: 'Porn', score: 0.91, at: ago(2) };

describe('docs/home-assistant.md', () => {
  it('has two automations and a blueprint that are YAML', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(5);
    expect(automations.filter(({ alias }) => alias !== undefined)).toHaveLength(2);
    expect(blueprint?.blueprint).toMatchObject({ domain: 'automation', name: 'Framewatch alarm' });
    for (const { triggers, actions } of automations)
      expect([triggers.every(({ trigger }) => trigger !== ''), actions === undefined]).toEqual([true, false]);
  });

  it('declares each input of the blueprint, and uses each', () => {
    const inputs = Object.keys(blueprint?.blueprint?.input ?? {});
    const text = documentBlocks(FILE, 'yaml').find((each) => each.startsWith('blueprint:')) ?? '';
    const used = [...text.matchAll(/!input (\w+)/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(inputs));
    expect(Object.values(blueprint?.blueprint?.input ?? {}).every(({ name, selector }) => name !== '' && typeof selector === 'object')).toBe(true);
  });

  it('lets a start through that is fresh, and no late one, no other rule, no other type, nothing that was never there', () => {
    const alarm = automations[0];
    expect(decide(alarm, start)).toBe('True');
    expect(decide(alarm, { ...start, at: ago(61) })).toBe('False');
    expect(decide(alarm, { ...start, rule: 'other' })).toBe('False');
    expect(decide(alarm, { ...start, event_type: 'update' })).toBe('False');
    expect(decide(alarm, {})).toBe('False');
    const wanted = { rule: 'unsafe', least_score: 0.9, oldest_seconds: 30 };
    expect(decide(blueprint, start, wanted)).toBe('True');
    expect(decide(blueprint, start, { ...wanted, least_score: 0.95 })).toBe('False');
    expect(decide(blueprint, { ...start, at: ago(31) }, wanted)).toBe('False');
    expect(decide(blueprint, {}, wanted)).toBe('False');
  });

  it('names entities as they are announced', () => {
    const announced = [...Object.values(cameraDevice(aCamera(), FACTS).components), ...Object.values(bridgeDevice(FACTS).components)];
    const ids = new Set(announced.map(({ default_entity_id: id }) => id));
    const named = [...documentText(FILE).matchAll(/\b(?:sensor|binary_sensor|event|image|switch)\.front_door\w+/g)].map(([id]) => id);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
    const ofCamera = Object.values(cameraDevice(aCamera(), FACTS).components).map(({ default_entity_id: id }) => String(id));
    expect(ofCamera.filter((id) => !named.includes(id))).toEqual([]);
  });
});
