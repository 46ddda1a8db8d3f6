import { hostname } from 'node:os';
import type { Config } from '../config/config.ts';
import type { CameraStateMessage } from '../events/camera-state.ts';
import { EmbeddedBroker } from '../sinks/embedded-broker.ts';
import { BirthEcho, birthRoute } from '../sinks/home-assistant/birth-echo.ts';
import type { MqttObserver } from '../sinks/mqtt-observer.ts';
import { MqttPublisher } from '../sinks/mqtt-publisher.ts';
import { noPublisher } from '../sinks/no-publisher.ts';
import type { Publisher } from '../sinks/publisher.ts';
import { staleStateRoute } from '../sinks/stale-state.ts';
import { switchRoute } from '../sinks/switch-route.ts';
import { Topics } from '../sinks/topics.ts';
import type { SqliteEventStore } from '../store/sqlite-event-store.ts';
import type { Clock } from '../util/clock.ts';
import type { CloseStack } from '../util/lifecycle.ts';
import type { Logger } from '../util/logger.ts';
import { Announcements } from './announcements.ts';

export interface MqttSideParts {
  readonly config: Config;
  readonly version: string;
  readonly supportUrl: string | null;
  readonly history: SqliteEventStore;
  readonly observer: MqttObserver;
  /** Somebody throws a camera's switch; false: there is no such camera (yet). */
  readonly switched: (cameraId: string, enabled: boolean) => boolean;
  /** A camera of ours that has not been judged in this life. */
  readonly isUnjudged: (cameraId: string) => boolean;
  /** What is opened is closed with it. */
  readonly opened: CloseStack;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface MqttSide {
  readonly publisher: Publisher;
  /** To Home Assistant; null when MQTT is off. */
  readonly announcements: Announcements | null;
  /** Of the embedded broker; null when it is not used. */
  readonly brokerUrl: string | null;
}

/** All of the daemon that speaks MQTT: the publisher with what it listens to, the embedded broker, the announcements. Throws what cannot heal by itself. */
export async function openMqttSide(parts: MqttSideParts): Promise<MqttSide> {
  const { config, version, supportUrl, history, observer, switched, isUnjudged, opened, clock, logger } = parts;
  const { mqtt, instance } = config;
  if (!mqtt.enabled) return { publisher: noPublisher, announcements: null, brokerUrl: null };
  const broker = mqtt.url === 'embedded' ? await EmbeddedBroker.open({ port: mqtt.embeddedPort, logger }) : null;
  if (broker) opened.push('broker', () => broker.close());
  const topics = new Topics(mqtt.baseTopic);
  const echo = new BirthEcho({ clock, repeat: (spreadMs) => publisher.repeatRetained(spreadMs) });
  opened.push('birth', () => Promise.resolve(echo.close()));
  const correct = (state: CameraStateMessage) => isUnjudged(state.camera) && publisher.publishState(state);
  const publisher: MqttPublisher = new MqttPublisher({
    ...{ config: mqtt, history, outbox: history.outbox, observer, clock, logger },
    ...{ embeddedUrl: broker?.url ?? null, instance, hostName: hostname() },
    routes: [
      switchRoute(topics, switched),
      staleStateRoute(topics, correct),
      ...(mqtt.discovery.enabled ? [birthRoute(mqtt.discovery.prefix, () => echo.birth())] : []),
    ],
  });
  opened.push('mqtt', () => publisher.close());
  await publisher.start();
  const facts = { instance, version, supportUrl, prefix: mqtt.discovery.prefix, topics };
  const announcements = new Announcements({ store: history.announcements, publisher, facts, discovery: mqtt.discovery.enabled, logger });
  return { publisher, announcements, brokerUrl: broker?.url ?? null };
}
