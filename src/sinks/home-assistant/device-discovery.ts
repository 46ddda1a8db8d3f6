import type { Topics } from '../topics.ts';

/** Of a device as a whole; Home Assistant's names (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload). */
export interface DeviceDiscovery {
  readonly device: {
    readonly identifiers: readonly string[];
    readonly name: string;
    readonly manufacturer: string;
    readonly model: string;
    readonly sw_version: string;
    readonly via_device?: string;
  };
  readonly origin: { readonly name: string; readonly sw_version: string; readonly support_url?: string };
  /** By ids that stay: the discovery of a component, and its removal, go by them. */
  readonly components: Readonly<Record<string, Component>>;
  readonly qos: 1;
}

/** One entity: its platform, its `unique_id`, and options of the platform. */
export type Component = Readonly<Record<string, unknown>> & { readonly platform: Platform; readonly unique_id: string };

export type Platform = 'sensor' | 'binary_sensor' | 'switch' | 'event' | 'image';

export interface DiscoveryFacts {
  readonly instance: string;
  /** Of the program. */
  readonly version: string;
  /** Where to ask for help; null when there is no such place. */
  readonly supportUrl: string | null;
  /** Where Home Assistant looks. */
  readonly prefix: string;
  readonly topics: Topics;
}

export function cameraDiscoveryTopic({ prefix, instance }: Pick<DiscoveryFacts, 'prefix' | 'instance'>, cameraId: string): string {
  return `${prefix}/device/${instance}_${cameraId}/config`;
}

export function bridgeDiscoveryTopic({ prefix, instance }: Pick<DiscoveryFacts, 'prefix' | 'instance'>): string {
  return `${prefix}/device/${instance}/config`;
}

export function originOf({ version, supportUrl }: DiscoveryFacts): DeviceDiscovery['origin'] {
  return { name: 'Framewatch', sw_version: version, ...(supportUrl === null ? {} : { support_url: supportUrl }) };
}

/** `online` / `offline` in each of the topics; available when all say `online`. */
export function availability(...topics: readonly string[]): Readonly<Record<string, unknown>> {
  const availabilities = topics.map((topic) => ({ topic, payload_available: 'online', payload_not_available: 'offline' }));
  return { availability: availabilities, availability_mode: 'all' };
}

/** Topics that are written every 30 s and not retained: when they stay away, nobody knows. */
export const EXPIRES: Readonly<Record<string, number>> = { expire_after: 120 };

/**
 * The payload, and components that were announced before and are no more: Home Assistant removes a component that stands there with nothing but its
 * platform.
 */
export function withRemoved(discovery: DeviceDiscovery, removed: Readonly<Record<string, string>>): object {
  const placeholders = Object.fromEntries(Object.entries(removed).map(([id, platform]) => [id, { platform }]));
  return { ...discovery, components: { ...placeholders, ...discovery.components } };
}

/** Component id → platform, as it is remembered. */
export function platformsOf({ components }: DeviceDiscovery): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(components).map(([id, { platform }]) => [id, platform]));
}
