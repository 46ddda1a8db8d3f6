import { describe, expect, it } from 'vitest';
import { cameraDevice } from '../../../src/sinks/home-assistant/camera-device.ts';
import {
  bridgeDiscoveryTopic,
  cameraDiscoveryTopic,
  originOf,
  platformsOf,
  withRemoved,
} from '../../../src/sinks/home-assistant/device-discovery.ts';
import { aCamera, FACTS } from '../../helpers/discovery.ts';
import { discoveryFaults } from '../../helpers/home-assistant-schema.ts';

type Tree = Record<string, Record<string, Record<string, unknown>>>;

describe('device discovery', () => {
  it('has the topics of the contract', () => {
    expect(cameraDiscoveryTopic(FACTS, 'front_door')).toBe('homeassistant/device/framewatch_front_door/config');
    expect(bridgeDiscoveryTopic(FACTS)).toBe('homeassistant/device/framewatch/config');
  });

  it('names its origin, with a place for help only where there is one', () => {
    expect(originOf(FACTS)).toEqual({ name: 'Framewatch', sw_version: '0.1.0', support_url: 'https://example.org/help' });
    expect(originOf({ ...FACTS, supportUrl: null })).toEqual({ name: 'Framewatch', sw_version: '0.1.0' });
  });

  it('removes a component by its platform alone, and never one that is there', () => {
    const discovery = cameraDevice(aCamera(), FACTS);
    const payload = withRemoved(discovery, { 'rule.old.full': 'binary_sensor', 'rule.unsafe.full': 'binary_sensor' }) as Tree;
    expect(payload['components']?.['rule.old.full']).toEqual({ platform: 'binary_sensor' });
    expect(payload['components']?.['rule.unsafe.full']).toHaveProperty('unique_id');
    expect(discoveryFaults(payload)).toEqual([]);
    expect(platformsOf(discovery)).toMatchObject({ enabled: 'switch', event: 'event', snapshot: 'image', 'label.full': 'sensor' });
  });
});

describe('the schema of Home Assistant', () => {
  const fault = (plant: (payload: Tree) => void) => {
    const payload = JSON.parse(JSON.stringify(cameraDevice(aCamera(), FACTS))) as Tree;
    plant(payload);
    return discoveryFaults(payload);
  };
  const component = (payload: Tree, id: string) => payload['components']?.[id] ?? {};

  it.each<[string, (payload: Tree) => unknown]>([
    ['no origin', (payload) => delete payload['origin']],
    ['an origin without a name', (payload) => delete payload['origin']?.['name']],
    ['no device', (payload) => delete payload['device']],
    ['a device without an identifier', (payload) => delete payload['device']?.['identifiers']],
    ['no components', (payload) => delete payload['components']],
    ['an unknown platform', (payload) => Object.assign(component(payload, 'event'), { platform: 'eventz' })],
    ['no unique_id', (payload) => delete component(payload, 'event')['unique_id']],
    [
      'one unique_id twice',
      (payload) => Object.assign(component(payload, 'label.full'), { unique_id: component(payload, 'score.full')['unique_id'] }),
    ],
    ['a device class that there is not', (payload) => Object.assign(component(payload, 'rule.unsafe.full'), { device_class: 'alarm' })],
    ['a device class of another platform', (payload) => Object.assign(component(payload, 'label.full'), { device_class: 'problem' })],
    ['a misspelt option', (payload) => Object.assign(component(payload, 'label.full'), { value_templates: '{{ 1 }}' })],
    ['no topic to read', (payload) => delete component(payload, 'label.full')['state_topic']],
    ['no topic to command', (payload) => delete component(payload, 'enabled')['command_topic']],
    ['a topic with a wildcard', (payload) => Object.assign(component(payload, 'label.full'), { state_topic: 'framewatch/+/state' })],
    ['an image without a topic', (payload) => delete component(payload, 'snapshot')['image_topic']],
    ['an event without types', (payload) => delete component(payload, 'event')['event_types']],
    ['a duration in no unit of time', (payload) => Object.assign(component(payload, 'latency'), { unit_of_measurement: 'fps' })],
    ['an unknown way to combine availabilities', (payload) => Object.assign(component(payload, 'event'), { availability_mode: 'both' })],
    ['an entity id that is none', (payload) => Object.assign(component(payload, 'event'), { default_entity_id: 'event.Front__door' })],
    ['a sensor as a setting', (payload) => Object.assign(component(payload, 'latency'), { entity_category: 'config' })],
  ])('catches %s', (_name, plant) => {
    expect(fault(() => undefined)).toEqual([]);
    expect(fault(plant).length).toBeGreaterThan(0);
  });
});
