import { availability, type Component, type DeviceDiscovery, type DiscoveryFacts, EXPIRES, originOf } from './device-discovery.ts';
import { entitySlug } from './entity-slug.ts';
import { valueAt, wordsAt } from './state-templates.ts';

/** The daemon itself as a device of Home Assistant: the one that the cameras are connected by. */
export function bridgeDevice(facts: DiscoveryFacts): DeviceDiscovery {
  const { instance, version, topics } = facts;
  const common = { ...availability(topics.status), state_topic: topics.stats, ...EXPIRES, entity_category: 'diagnostic' };
  const entity = <P extends Component['platform']>(id: string, platform: P) => ({
    platform,
    unique_id: `${instance}_bridge_${id}`,
    default_entity_id: `${platform}.${entitySlug(`${instance} ${id}`)}`,
  });
  const perSecond = { unit_of_measurement: 'fps', state_class: 'measurement', suggested_display_precision: 1, icon: 'mdi:speedometer' };
  return {
    device: { identifiers: [instance], name: instance, manufacturer: 'Framewatch', model: 'Daemon', sw_version: version },
    origin: originOf(facts),
    components: {
      // Without availability: that the daemon is away is what it shows.
      status: {
        ...entity('status', 'binary_sensor'),
        ...{ name: 'Status', state_topic: topics.status, payload_on: 'online', payload_off: 'offline' },
        ...{ device_class: 'connectivity', entity_category: 'diagnostic' },
      },
      version: { ...entity('version', 'sensor'), ...common, name: 'Version', icon: 'mdi:tag', value_template: valueAt('version') },
      outbox: {
        ...entity('outbox', 'sensor'),
        ...common,
        ...{ name: 'Outbox', icon: 'mdi:tray-full', unit_of_measurement: 'events', state_class: 'measurement' },
        value_template: valueAt('outbox', 'depth'),
      },
      rate: { ...entity('rate', 'sensor'), ...common, ...perSecond, name: 'Judged frames', value_template: valueAt('framesPerSecond', 'classified') },
      engine: {
        ...entity('engine', 'sensor'),
        ...common,
        name: 'Engine',
        icon: 'mdi:chip',
        value_template: wordsAt('engine', ['backend', 'device', 'precision']),
      },
    },
    qos: 1,
  };
}
