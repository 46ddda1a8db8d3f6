import { isDeepStrictEqual } from 'node:util';
import type { CameraConfig } from '../config/config.ts';
import { type AnnouncementStep, planAnnouncements, type Wanted } from '../sinks/home-assistant/announcement-plan.ts';
import { bridgeDevice } from '../sinks/home-assistant/bridge-device.ts';
import { cameraDevice } from '../sinks/home-assistant/camera-device.ts';
import { bridgeDiscoveryTopic, cameraDiscoveryTopic, type DiscoveryFacts } from '../sinks/home-assistant/device-discovery.ts';
import type { Publisher } from '../sinks/publisher.ts';
import type { Announced, AnnouncementStore } from '../store/announcement-store.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';

export interface AnnouncementsParts {
  readonly store: AnnouncementStore;
  readonly publisher: Pick<Publisher, 'announce'>;
  readonly facts: DiscoveryFacts;
  /** Whether devices are announced to Home Assistant at all; what was announced before is taken back else. */
  readonly discovery: boolean;
  readonly logger: Logger;
}

/** No camera can have this id. */
const BRIDGE = 'bridge';

/**
 * What brokers keep in our name: announces devices to Home Assistant, and takes back what is no longer true, also what an earlier run left. Before
 * something is published it is remembered on disk; it is forgotten there when the broker has taken it back.
 */
export class Announcements {
  readonly #parts: AnnouncementsParts;
  readonly #known = new Map<string, Announced>();
  #loaded = false;
  /** The newest plan: what an older one was to remember afterwards is no longer of interest. */
  #plan = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: AnnouncementsParts) {
    this.#parts = parts;
  }

  /** Call it at the start and when cameras came, went or changed. Resolves when all is handed to the publisher. Never rejects. */
  update(cameras: readonly CameraConfig[]): Promise<void> {
    const work = () => this.#update(cameras);
    this.#work = this.#work.then(work, work);
    return this.#work;
  }

  async #update(cameras: readonly CameraConfig[]): Promise<void> {
    if (!this.#loaded) await this.#onDisk('read', async () => this.#load());
    this.#plan += 1;
    for (const step of planAnnouncements(this.#known, this.#wanted(cameras))) await this.#take(step, this.#plan);
  }

  async #load(): Promise<void> {
    for (const entry of await this.#parts.store.all()) this.#known.set(entry.name, entry);
    this.#loaded = true;
  }

  #wanted(cameras: readonly CameraConfig[]): readonly Wanted[] {
    const { facts, discovery } = this.#parts;
    const announced = <T>(value: T) => (discovery ? value : null);
    return [
      { name: BRIDGE, topics: [facts.topics.status], discovery: announced({ topic: bridgeDiscoveryTopic(facts), payload: bridgeDevice(facts) }) },
      ...cameras.map((camera) => ({
        name: camera.id,
        topics: facts.topics.retained(camera.id),
        discovery: announced({ topic: cameraDiscoveryTopic(facts, camera.id), payload: cameraDevice(camera, facts) }),
      })),
    ];
  }

  async #take(step: AnnouncementStep, plan: number): Promise<void> {
    const { store, publisher } = this.#parts;
    const { before, publish, forget, after, name } = step;
    if (before !== null) {
      this.#known.set(name, before);
      await this.#onDisk('write', () => store.set(before));
    }
    const open = new Set([...(publish ? [publish.topic] : []), ...forget]);
    const taken = (topic: string) => {
      // An acknowledgement of a repetition comes when all is done.
      if (!open.delete(topic) || open.size > 0 || this.#plan !== plan) return;
      void this.#remember(name, after);
    };
    for (const topic of forget) publisher.announce(topic, '', () => taken(topic));
    if (publish) publisher.announce(publish.topic, JSON.stringify(publish.payload), () => taken(publish.topic));
  }

  async #remember(name: string, after: Announced | null): Promise<void> {
    const { store } = this.#parts;
    if (after === null) {
      this.#known.delete(name);
      await this.#onDisk('write', () => store.remove(name));
    } else if (!isDeepStrictEqual(this.#known.get(name), after)) {
      this.#known.set(name, after);
      await this.#onDisk('write', () => store.set(after));
    }
  }

  /** A disk that fails must not keep Home Assistant from hearing of cameras; what is left behind then, somebody has to remove by hand. */
  async #onDisk(what: 'read' | 'write', work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const fields = { code: 'STORE_UNAVAILABLE', error: messageOf(error) };
      this.#parts.logger.warn(
        fields,
        `What was announced over MQTT could not be ${what === 'read' ? 'read' : 'written down'}: cameras that leave may stay announced`,
      );
    }
  }
}
