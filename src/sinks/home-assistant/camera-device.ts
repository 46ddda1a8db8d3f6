import type { CameraConfig, RuleConfig } from '../../config/config.ts';
import { availability, type Component, type DeviceDiscovery, type DiscoveryFacts, EXPIRES, originOf, type Platform } from './device-discovery.ts';
import { entitySlug } from './entity-slug.ts';
import { eventAttributes, percentAt, ruleState, valueAt } from './state-templates.ts';

export type AnnouncedCamera = Pick<CameraConfig, 'id' | 'name' | 'regions' | 'rules'>;

type Options = Readonly<Record<string, unknown>> & { readonly platform: Platform; readonly name: string };

/**
 * A camera as a device of Home Assistant. Component ids are `what` or `what.region`: a dot is in no id of ours, so that no two are alike. What shows
 * verdicts needs the daemon and the camera; the switch and the connection need the daemon alone.
 */
export function cameraDevice(camera: AnnouncedCamera, facts: DiscoveryFacts): DeviceDiscovery {
  const { instance, version } = facts;
  const identifier = `${instance}_${camera.id}`;
  const options = new Map<string, Options>([...verdicts(camera, facts), ...rules(camera, facts), ...parts(camera, facts)]);
  const components = Object.fromEntries(
    [...options].map(([id, given]): [string, Component] => {
      const entity = { unique_id: `${identifier}_${id}`, default_entity_id: `${given.platform}.${entitySlug(`${camera.id} ${given.name}`)}` };
      return [id, { ...given, ...entity }];
    }),
  );
  return {
    device: { identifiers: [identifier], name: camera.name, manufacturer: 'Framewatch', model: 'Camera', sw_version: version, via_device: instance },
    origin: originOf(facts),
    components,
    qos: 1,
  };
}

function verdicts({ id, regions }: AnnouncedCamera, { topics }: DiscoveryFacts): readonly [string, Options][] {
  const common = { platform: 'sensor', state_topic: topics.state(id), ...availability(topics.status, topics.availability(id)) } as const;
  return regions.flatMap((region): [string, Options][] => {
    const of = regions.length > 1 ? ` ${region.id}` : '';
    const label = { ...common, name: `Label${of}`, icon: 'mdi:label', value_template: valueAt('regions', region.id, 'label') };
    const percentage = { unit_of_measurement: '%', state_class: 'measurement', icon: 'mdi:percent' };
    const score = { ...common, ...percentage, name: `Score${of}`, value_template: percentAt('regions', region.id, 'score') };
    return [
      [`label.${region.id}`, label],
      [`score.${region.id}`, score],
    ];
  });
}

function rules({ id, rules: given }: AnnouncedCamera, { topics }: DiscoveryFacts): readonly [string, Options][] {
  const common = { platform: 'binary_sensor', state_topic: topics.state(id), ...availability(topics.status, topics.availability(id)) } as const;
  return given.flatMap((rule: RuleConfig) =>
    rule.regions.map((region): [string, Options] => {
      const name = rule.regions.length > 1 ? `${rule.id} ${region}` : rule.id;
      const deviceClass = rule.deviceClass === null ? {} : { device_class: rule.deviceClass };
      return [`rule.${rule.id}.${region}`, { ...common, ...deviceClass, name, value_template: ruleState(region, rule.id), ...ON_OFF }];
    }),
  );
}

const ON_OFF = { payload_on: 'ON', payload_off: 'OFF' };
const DIAGNOSTIC = { entity_category: 'diagnostic' };

function parts({ id }: AnnouncedCamera, { topics }: DiscoveryFacts): readonly [string, Options][] {
  const both = availability(topics.status, topics.availability(id));
  const bridgeAlone = availability(topics.status);
  const health = { platform: 'sensor', state_topic: topics.health(id), state_class: 'measurement', ...both, ...EXPIRES, ...DIAGNOSTIC } as const;
  const event = { state_topic: topics.event(id), event_types: ['start', 'update', 'end'], value_template: eventAttributes(), icon: 'mdi:eye' };
  const connection = { state_topic: topics.availability(id), payload_on: 'online', payload_off: 'offline', device_class: 'connectivity' };
  const milliseconds = { device_class: 'duration', unit_of_measurement: 'ms', suggested_display_precision: 0 };
  const perSecond = { unit_of_measurement: 'fps', suggested_display_precision: 1, icon: 'mdi:speedometer' };
  return [
    ['event', { platform: 'event', name: 'Event', ...event, ...both }],
    ['snapshot', { platform: 'image', name: 'Snapshot', image_topic: topics.snapshot(id), content_type: 'image/jpeg', ...both }],
    [
      'enabled',
      { platform: 'switch', name: 'Watch', command_topic: topics.setEnabled(id), state_topic: topics.enabled(id), ...ON_OFF, ...bridgeAlone },
    ],
    ['connection', { platform: 'binary_sensor', name: 'Connection', ...connection, ...bridgeAlone, ...DIAGNOSTIC }],
    ['latency', { ...health, ...milliseconds, name: 'Latency p95', value_template: valueAt('latencyMs', 'p95') }],
    ['rate', { ...health, ...perSecond, name: 'Judged frames', value_template: valueAt('classifiedPerSecond') }],
  ];
}
