import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cameraDevice } from '../../../src/sinks/home-assistant/camera-device.ts';
import { aCamera, anyCamera, anyFacts, aRule, FACTS } from '../../helpers/discovery.ts';
import { discoveryFaults } from '../../helpers/home-assistant-schema.ts';
import { renderTemplates } from '../../helpers/jinja.ts';

const ids = (camera = aCamera()) => Object.keys(cameraDevice(camera, FACTS).components);
const region = (id: string) => ({ id, crop: null, heads: [] });

describe('cameraDevice', () => {
  it('is a device, connected by the daemon, with everything of the contract', () => {
    const { device, components } = cameraDevice(aCamera(), FACTS);
    expect(device).toMatchObject({ identifiers: ['framewatch_front_door'], name: 'Front door', via_device: 'framewatch', sw_version: '0.1.0' });
    expect(Object.keys(components)).toEqual([
      ...['label.full', 'score.full', 'rule.unsafe.full'],
      ...['event', 'snapshot', 'enabled', 'connection', 'latency', 'rate'],
    ]);
    expect(components['rule.unsafe.full']).toMatchObject({
      platform: 'binary_sensor',
      unique_id: 'framewatch_front_door_rule.unsafe.full',
      default_entity_id: 'binary_sensor.front_door_unsafe',
      name: 'unsafe',
      state_topic: 'framewatch/front_door/state',
    });
    expect(components['rule.unsafe.full']).not.toHaveProperty('device_class');
    expect(components['enabled']).toMatchObject({ command_topic: 'framewatch/front_door/set/enabled', state_topic: 'framewatch/front_door/enabled' });
    expect(components['snapshot']).toMatchObject({ image_topic: 'framewatch/front_door/snapshot', content_type: 'image/jpeg' });
    expect(components['event']).toMatchObject({ state_topic: 'framewatch/front_door/event', event_types: ['start', 'update', 'end'] });
  });

  it('has a sensor a region and a binary sensor a rule and region', () => {
    const rules = [aRule('unsafe', { regions: ['full', 'gate'], deviceClass: 'safety' }), aRule('calm', { regions: ['gate'] })];
    const { components } = cameraDevice(aCamera({ regions: [region('full'), region('gate')], rules }), FACTS);
    expect(Object.keys(components).filter((id) => id.startsWith('label'))).toEqual(['label.full', 'label.gate']);
    expect(Object.keys(components).filter((id) => id.startsWith('rule'))).toEqual(['rule.unsafe.full', 'rule.unsafe.gate', 'rule.calm.gate']);
    expect(components['rule.unsafe.gate']).toMatchObject({ name: 'unsafe gate', device_class: 'safety' });
    expect(components['label.gate']).toMatchObject({ name: 'Label gate' });
  });

  it('keeps its ids whatever comes beside it', () => {
    const before = ids();
    const after = ids(aCamera({ name: 'Other', regions: [region('full'), region('gate')], rules: [aRule('first'), aRule('unsafe')] }));
    expect(before.every((id) => after.includes(id))).toBe(true);
  });

  it('is available with daemon and camera; switch and connection with the daemon alone', () => {
    for (const [id, { availability, availability_mode: mode }] of Object.entries(cameraDevice(aCamera(), FACTS).components)) {
      const alone = id === 'enabled' || id === 'connection';
      const topics = (availability as { topic: string }[]).map(({ topic }) => topic);
      expect([id, topics, mode]).toEqual([id, alone ? ['framewatch/status'] : ['framewatch/status', 'framewatch/front_door/availability'], 'all']);
    }
  });

  it('lets nothing expire that is retained', () => {
    fc.assert(
      fc.property(anyCamera, anyFacts, (camera, facts) => {
        const retained = facts.topics.retained(camera.id);
        for (const { state_topic: topic, expire_after: expires } of Object.values(cameraDevice(camera, facts).components))
          expect(expires !== undefined && retained.includes(String(topic))).toBe(false);
      }),
    );
  });

  it('is what Home Assistant takes, for any camera; a name stays a name', () => {
    fc.assert(
      fc.property(anyCamera, anyFacts, (camera, facts) => {
        const payload = cameraDevice(camera, facts);
        expect(discoveryFaults(payload)).toEqual([]);
        expect(payload.device.name).toBe(camera.name);
        // In no place where it could be taken for a template or an id.
        expect(JSON.stringify(payload.components)).not.toContain('onerror');
        const components = Object.keys(payload.components).length;
        const pairs = camera.rules.reduce((sum, rule) => sum + rule.regions.length, 0);
        expect(components).toBe(2 * camera.regions.length + pairs + 6);
      }),
      { numRuns: 300 },
    );
  });

  it('has no template that fails for any camera, whether it was judged or not', () => {
    const cameras = fc.sample(anyCamera, { numRuns: 40, seed: 1 });
    const templates = cameras.flatMap((camera) =>
      Object.values(cameraDevice(camera, FACTS).components).flatMap(({ value_template: template }) =>
        typeof template === 'string' ? [template] : [],
      ),
    );
    expect(templates.length).toBeGreaterThan(200);
    const rendered = renderTemplates(templates.flatMap((template) => ['{}', '', '{"regions":{}}'].map((payload) => ({ template, payload }))));
    expect(new Set(rendered)).toEqual(new Set(['None', '']));
  });
});
