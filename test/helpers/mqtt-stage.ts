import { onTestFinished } from 'vitest';
import type { UnsequencedEvent } from '../../src/events/label-event.ts';
import type { IncomingDropReason, MqttDropReason, MqttMessageKind, MqttObserver } from '../../src/sinks/mqtt-observer.ts';
import { MqttPublisher, type MqttPublisherOptions } from '../../src/sinks/mqtt-publisher.ts';
import type { CameraStateMessage } from '../../src/sinks/publisher.ts';
import { SqliteEventStore } from '../../src/store/sqlite-event-store.ts';
import { systemClock } from '../../src/util/clock.ts';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from './mosquitto.ts';
import { mqttConfig } from './mqtt-config.ts';
import { type Subscriber, type SubscriberOptions, startSubscriber } from './mqtt-subscriber.ts';
import { recordingLogger } from './recording-logger.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A mosquitto that is gone when the test is over. */
export async function startBroker(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const broker = await startMosquitto(options);
  onTestFinished(() => broker.close());
  return broker;
}

/** A mosquitto_sub that is gone when the test is over. */
export async function subscribe(options: SubscriberOptions): Promise<Subscriber> {
  const subscriber = await startSubscriber(options);
  onTestFinished(() => subscriber.close());
  return subscriber;
}

/** How often the observer was told what. */
interface PublisherCounts {
  published(kind: MqttMessageKind): number;
  acknowledged(kind: MqttMessageKind): number;
  dropped(kind: MqttMessageKind, reason: MqttDropReason): number;
  ignored(reason: IncomingDropReason): number;
}

interface StartedPublisher {
  readonly publisher: MqttPublisher;
  readonly store: SqliteEventStore;
  /** Stored, then published, as the daemon does. Sequences begin at 1. */
  tell(...events: readonly UnsequencedEvent[]): Promise<void>;
  readonly counts: PublisherCounts;
  readonly logger: ReturnType<typeof recordingLogger>;
  /** Fields and message of each warning. */
  warnings(): readonly string[];
}

export interface PublisherChanges extends Partial<MqttPublisherOptions> {
  /** That of an earlier publisher, which is closed by then. */
  readonly stateDir?: string;
}

/** A publisher on a real history, both closed when the test is over, on the machine's clock where nothing else is said. */
export async function startPublisher(broker: Pick<Mosquitto, 'url'>, given: PublisherChanges = {}): Promise<StartedPublisher> {
  const { stateDir = temporaryDirectory(), ...changes } = given;
  const logger = recordingLogger();
  const history = { retentionDays: 36_500, snapshots: false, snapshotRetentionDays: 1, scoreTraceDays: 0, maxBytes: 1e9 };
  const store = await SqliteEventStore.open({ stateDir, instance: 'test', history, keepsOutbox: true, logger, clock: systemClock });
  onTestFinished(() => store.close());
  const counts = countingObserver();
  const publisher = new MqttPublisher({
    config: mqttConfig({ url: broker.url }),
    outbox: store.outbox,
    history: store,
    embeddedUrl: null,
    instance: 'test',
    hostName: 'here',
    clock: systemClock,
    logger,
    observer: counts.observer,
    random: () => 0,
    ...changes,
  });
  onTestFinished(() => publisher.close());
  await publisher.start();
  const warnings = () => logger.lines.filter(({ level }) => level === 'warn').map(({ fields, message }) => `${JSON.stringify(fields)} ${message}`);
  const tell = async (...events: readonly UnsequencedEvent[]) => {
    for (const event of await store.append(events)) publisher.publishEvent(event);
  };
  return { publisher, store, tell, counts, logger, warnings };
}

function countingObserver(): PublisherCounts & { readonly observer: MqttObserver } {
  const seen: string[] = [];
  const count = (entry: string) => seen.filter((each) => each === entry).length;
  const observer: MqttObserver = {
    connectionChanged: () => {},
    published: (kind) => void seen.push(`published ${kind}`),
    acknowledged: (kind) => void seen.push(`acknowledged ${kind}`),
    dropped: (kind, reason) => void seen.push(`dropped ${kind} ${reason}`),
    ignored: (reason) => void seen.push(`ignored ${reason}`),
  };
  return {
    observer,
    published: (kind) => count(`published ${kind}`),
    acknowledged: (kind) => count(`acknowledged ${kind}`),
    dropped: (kind, reason) => count(`dropped ${kind} ${reason}`),
    ignored: (reason) => count(`ignored ${reason}`),
  };
}

export function cameraState(sequence: number): CameraStateMessage {
  return { camera: 'front_door', at: '2026-01-01T00:00:00.000Z', sequence, label: 'Neutral', score: 0.9, top: [], regions: {} };
}
