import type { MqttConfig } from '../config/config.ts';
import type { LabelEvent } from '../events/label-event.ts';
import type { EventStore } from '../store/event-store.ts';
import type { Outbox } from '../store/outbox.ts';
import { type Clock, delay } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { Redactor } from '../util/redactor.ts';
import { brokerAddress } from './broker-address.ts';
import { EventOutlet } from './event-outlet.ts';
import { EventReplay } from './event-replay.ts';
import { IncomingMessages, type IncomingRoute } from './incoming-messages.ts';
import { MqttLink } from './mqtt-link.ts';
import type { MqttObserver } from './mqtt-observer.ts';
import type { MqttSession } from './mqtt-session.ts';
import type { CameraStateMessage, CoverageMessage, Publisher } from './publisher.ts';
import { RefusalLog } from './refusal-log.ts';
import { RetainedBoard } from './retained-board.ts';
import { RetainedTopics } from './retained-topics.ts';
import { SendWindow } from './send-window.ts';
import { Topics } from './topics.ts';

export interface MqttPublisherOptions {
  readonly config: MqttConfig;
  /** Where events wait until the broker has them. */
  readonly outbox: Pick<Outbox, 'page' | 'settle'>;
  /** For those who ask for events again. */
  readonly history: Pick<EventStore, 'query'>;
  /** Of the built-in broker when `config.url` is `embedded`, else null. */
  readonly embeddedUrl: string | null;
  readonly instance: string;
  /** For the default client id. */
  readonly hostName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: MqttObserver;
  /** 0 ≤ x < 1; Math.random when left out. */
  readonly random?: () => number;
  /** 15 when left out. */
  readonly keepaliveSeconds?: number;
  /** What is listened to; nothing when left out. */
  readonly routes?: readonly IncomingRoute[];
}

/** Unacknowledged messages at a time; less when the broker says so. Small, so that a dead broker is noticed with little to repeat. */
const WINDOW = 64;
const KEEPALIVE_SECONDS = 15;
/** Limits of the parts of closing, ms: together 1.5 s. */
const DRAIN_LIMIT_MS = 700;
const FAREWELL_LIMIT_MS = 400;
const END_LIMIT_MS = 150;
const SETTLE_LIMIT_MS = 250;

/**
 * Publishes over MQTT: events in order through a small window, retained topics newest-wins. Until the broker acknowledges it, an event stays in the outbox on
 * disk; MQTT.js keeps none. What the broker refuses, or what is too old by choice, becomes a dead letter there.
 */
export class MqttPublisher implements Publisher {
  readonly #options: MqttPublisherOptions;
  readonly #topics: Topics;
  readonly #events: EventOutlet;
  readonly #board: RetainedBoard;
  readonly #retained: RetainedTopics;
  readonly #refusals: RefusalLog;
  readonly #replay: EventReplay;
  readonly #incoming: IncomingMessages;
  #link: MqttLink | null = null;
  /** Null while there is no connection. */
  #window: SendWindow | null = null;
  #drained: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: MqttPublisherOptions) {
    this.#options = options;
    this.#topics = new Topics(options.config.baseTopic);
    const pump = () => this.#pump();
    this.#board = new RetainedBoard(options.clock, pump);
    this.#retained = new RetainedTopics(this.#topics, this.#board);
    this.#refusals = new RefusalLog(options.clock, options.logger);
    const { expireEventsAfterSeconds } = options.config;
    this.#events = new EventOutlet({
      ...options,
      topics: this.#topics,
      refusals: this.#refusals,
      expireAfterSeconds: expireEventsAfterSeconds,
      ready: pump,
    });
    this.#replay = new EventReplay({ ...options, topics: this.#topics, ready: pump });
    const routes = [...(options.routes ?? []), this.#replay.route];
    this.#incoming = new IncomingMessages({ ...options, routes, refusals: this.#refusals });
  }

  get connected(): boolean {
    return this.#window !== null;
  }

  get lastError(): string | null {
    return this.#link?.lastError ?? null;
  }

  /** Begins to connect; a broker that is away is no error. Throws FramewatchError SECRET_UNREADABLE for a TLS file that cannot be read. */
  async start(): Promise<void> {
    const { config, embeddedUrl, clock, logger } = this.#options;
    const will = { topic: this.#topics.status, payload: 'offline' };
    const address = await brokerAddress(config, { ...this.#options, will, keepaliveSeconds: this.#options.keepaliveSeconds ?? KEEPALIVE_SECONDS });
    const redactor = new Redactor();
    if (address.password !== null) redactor.add(address.password, address.username ?? undefined);
    if (embeddedUrl !== null)
      logger.info({ url: embeddedUrl }, 'The embedded MQTT broker speaks MQTT 3.1.1: clients that ask for version 5 are refused');
    this.#retained.daemonOnline();
    this.#link = new MqttLink({
      address,
      clock,
      logger,
      random: this.#options.random ?? Math.random,
      redact: (text) => redactor.redact(text),
      up: (session, receiveMaximum) => this.#up(session, receiveMaximum),
      message: (message) => this.#incoming.take(message),
      down: () => this.#down(),
    });
    this.#link.start();
  }

  publishEvent(event: LabelEvent): void {
    // After the end it stays in the outbox, for the next start.
    if (this.#closing !== null) return;
    this.#events.offer(event);
    this.#pump();
  }

  publishState(message: CameraStateMessage): void {
    this.#retain(() => this.#retained.state(message));
  }

  publishAvailability(cameraId: string, online: boolean): void {
    this.#retain(() => this.#retained.availability(cameraId, online));
  }

  publishEnabled(cameraId: string, enabled: boolean): void {
    this.#retain(() => this.#retained.enabled(cameraId, enabled));
  }

  publishCoverage(message: CoverageMessage): void {
    this.#retain(() => this.#retained.coverage(message));
  }

  publishSnapshot(cameraId: string, jpeg: Uint8Array): void {
    this.#retain(() => this.#retained.snapshot(cameraId, jpeg));
  }

  publishStrip(cameraId: string, jpeg: Uint8Array): void {
    this.#retain(() => this.#retained.strip(cameraId, jpeg));
  }

  forgetCamera(cameraId: string): void {
    this.#retain(() => this.#retained.forget(cameraId));
  }

  publishClassification(cameraId: string, payload: object): void {
    if (!this.#options.config.classifications) return;
    this.#sendNow('classification', this.#topics.classification(cameraId), payload);
  }

  publishStats(payload: object): void {
    this.#sendNow('stats', this.#topics.stats, payload);
  }

  publishHealth(cameraId: string, payload: object): void {
    this.#sendNow('health', this.#topics.health(cameraId), payload);
  }

  announce(topic: string, payload: string, acknowledged: () => void): void {
    this.#retain(() => this.#board.set({ topic, payload, qos: 1, acknowledged }));
  }

  repeatRetained(spreadMs: number): void {
    this.#retain(() => this.#board.repeatSpread(spreadMs, this.#options.random ?? Math.random));
  }

  /** Waits for what is on its way, says `offline` for every camera and the daemon, disconnects: at most 1.5 s in all. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #up(session: MqttSession, receiveMaximum: number): void {
    const { clock, observer } = this.#options;
    const limit = Math.max(1, Math.min(WINDOW, receiveMaximum));
    this.#window = new SendWindow({ session, limit, clock, observer, refusals: this.#refusals });
    this.#board.repeatAll();
    observer.connectionChanged(true);
    void this.#incoming.subscribe(session);
    this.#pump();
  }

  #down(): void {
    this.#window?.end();
    this.#window = null;
    this.#events.rewind();
    this.#replay.cancel();
    this.#options.observer.connectionChanged(false);
    this.#drained?.();
  }

  #retain(write: () => void): void {
    if (this.#closing !== null) return;
    write();
    this.#pump();
  }

  /** Sends as much as the window allows: by turns, so that on a slow line neither states nor events keep the others waiting. */
  #pump(): void {
    const window = this.#window;
    while (window?.hasRoom) {
      const sentRetained = this.#sendRetained(window);
      const sentEvent = this.#events.sendNext(window);
      if (!this.#sendReplayed(window) && !sentEvent && !sentRetained) break;
    }
    if (window?.isEmpty && this.#events.isEmpty) this.#drained?.();
  }

  #sendRetained(window: SendWindow): boolean {
    const message = this.#board.take();
    if (message === undefined) return false;
    window.send('retained', { ...message, retain: true }, (outcome) => {
      if (outcome.kind === 'acknowledged') this.#board.settle(message);
      if (outcome.kind === 'lost') this.#board.putBack(message);
      this.#pump();
    });
    return true;
  }

  #sendReplayed(window: SendWindow): boolean {
    const message = window.hasRoom ? this.#replay.take() : undefined;
    if (message === undefined) return false;
    window.send('replay', message, () => this.#pump());
    return true;
  }

  #sendNow(kind: 'classification' | 'stats' | 'health', topic: string, payload: object): void {
    const { observer } = this.#options;
    const window = this.#closing === null ? this.#window : null;
    if (window === null) {
      observer.dropped(kind, 'notConnected');
      return;
    }
    window.send(kind, { topic, payload: JSON.stringify(payload), qos: 0, retain: false }, (outcome) => {
      if (outcome.kind === 'lost') observer.dropped(kind, 'notSent');
    });
  }

  async #close(): Promise<void> {
    if (this.#window !== null) await this.#within(DRAIN_LIMIT_MS, this.#drain());
    // Past the window: a broker that is slow with events shall still hear it.
    if (this.#window !== null) await this.#within(FAREWELL_LIMIT_MS, this.#window.sendLast(this.#retained.farewells()));
    this.#window?.end();
    this.#window = null;
    this.#board.close();
    this.#replay.cancel();
    await this.#link?.close(END_LIMIT_MS);
    await this.#events.close(SETTLE_LIMIT_MS);
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
      this.#board.hurry();
      this.#pump();
    });
  }

  async #within(limitMs: number, work: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, delay(this.#options.clock, limitMs, over.signal)]);
    over.abort();
  }
}
