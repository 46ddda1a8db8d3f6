import type { Announced } from '../../store/announcement-store.ts';
import { type DeviceDiscovery, platformsOf, withRemoved } from './device-discovery.ts';

/** What shall be announced of one camera, or of the daemon. */
export interface Wanted {
  readonly name: string;
  readonly topics: readonly string[];
  /** Null: nothing is announced to Home Assistant. */
  readonly discovery: { readonly topic: string; readonly payload: DeviceDiscovery } | null;
}

/** How to get there from what was announced before. */
export interface AnnouncementStep {
  readonly name: string;
  /** To be remembered before anything is published: all that the broker may keep on the way. Null: it is remembered already. */
  readonly before: Announced | null;
  readonly publish: { readonly topic: string; readonly payload: object } | null;
  /** Retained topics that the broker shall forget. */
  readonly forget: readonly string[];
  /** To be remembered once the broker has taken it all; null: nothing, it is gone. */
  readonly after: Announced | null;
}

/** One step for everything that was announced or shall be. Pure. */
export function planAnnouncements(known: ReadonlyMap<string, Announced>, wanted: readonly Wanted[]): readonly AnnouncementStep[] {
  const names = new Set(wanted.map(({ name }) => name));
  const leaving = [...known.values()].filter(({ name }) => !names.has(name));
  return [...leaving.map(leavingStep), ...wanted.map((each) => step(known.get(each.name), each))];
}

function leavingStep({ name, topics, discoveryTopic }: Announced): AnnouncementStep {
  // The device first: Home Assistant then does not see its topics go.
  const forget = discoveryTopic === null ? topics : [discoveryTopic, ...topics];
  return { name, before: null, publish: null, forget, after: null };
}

function step(known: Announced | undefined, { name, topics, discovery }: Wanted): AnnouncementStep {
  const discoveryTopic = discovery?.topic ?? null;
  const components = discovery === null ? {} : platformsOf(discovery.payload);
  const after: Announced = { name, topics, discoveryTopic, components };
  const movedFrom = known && known.discoveryTopic !== discoveryTopic ? known.discoveryTopic : null;
  const forget = [
    ...(movedFrom === null ? [] : [movedFrom]),
    ...(known?.topics ?? []).filter((topic) => !topics.includes(topic) && topic !== discoveryTopic),
  ];
  const removed = movedFrom === null ? without(known?.components ?? {}, components) : {};
  const before: Announced = { ...after, topics: [...topics, ...forget], components: { ...removed, ...components } };
  return {
    name,
    before: known && isCovered(before, known) ? null : before,
    publish: discovery && { topic: discovery.topic, payload: withRemoved(discovery.payload, removed) },
    forget,
    after,
  };
}

function without(all: Readonly<Record<string, string>>, taken: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).filter(([id]) => !Object.hasOwn(taken, id)));
}

function isCovered(before: Announced, known: Announced): boolean {
  return (
    before.discoveryTopic === known.discoveryTopic &&
    before.topics.every((topic) => known.topics.includes(topic)) &&
    Object.entries(before.components).every(([id, platform]) => known.components[id] === platform)
  );
}
