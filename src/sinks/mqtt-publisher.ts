import type { MqttConfig } from '../config/config.ts';
import type { LabelEvent } from '../events/label-event.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { Redactor } from '../util/redactor.ts';
import { brokerAddress } from './broker-address.ts';
import { EventBacklog } from './event-backlog.ts';
import { eventMessage } from './event-message.ts';
import { MqttLink } from './mqtt-link.ts';
import type { MqttObserver } from './mqtt-observer.ts';
import type { MqttSession, OutgoingMessage, PublishOutcome } from './mqtt-session.ts';
import type { CameraStateMessage, Publisher } from './publisher.ts';
import { RefusalLog } from './refusal-log.ts';
import { RetainedBoard } from './retained-board.ts';
import { Topics } from './topics.ts';

export interface MqttPublisherOptions {
  readonly config: MqttConfig;
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
  /** Events kept in memory while the broker is away; 10,000 when left out. */
  readonly backlogLimit?: number;
  /** 15 when left out. */
  readonly keepaliveSeconds?: number;
}

/** Unacknowledged messages at a time; less when the broker says so. Small, so that a dead broker is noticed with little to repeat. */
const WINDOW = 64;
const BACKLOG_LIMIT = 10_000;
const KEEPALIVE_SECONDS = 15;
const STATE_INTERVAL_MS = 500;
/** Limits of the three parts of closing, ms: together 1.5 s. */
const DRAIN_LIMIT_MS = 900;
const FAREWELL_LIMIT_MS = 400;
const END_LIMIT_MS = 200;

/**
 * Publishes over MQTT: events in order through a small window, retained topics newest-wins. Until the broker acknowledges it, an event
 * waits here, not in MQTT.js. When too many wait, the oldest are given up, counted and logged; they are in the history.
 */
export class MqttPublisher implements Publisher {
  readonly #options: MqttPublisherOptions;
  readonly #topics: Topics;
  readonly #backlog: EventBacklog;
  readonly #board: RetainedBoard;
  readonly #refusals: RefusalLog;
  readonly #online = new Set<string>();
  #link: MqttLink | null = null;
  #session: MqttSession | null = null;
  #window = WINDOW;
  #unacknowledged = 0;
  #drained: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: MqttPublisherOptions) {
    this.#options = options;
    this.#topics = new Topics(options.config.baseTopic);
    this.#backlog = new EventBacklog(options.backlogLimit ?? BACKLOG_LIMIT);
    this.#board = new RetainedBoard(options.clock, () => this.#pump());
    this.#refusals = new RefusalLog(options.clock, options.logger);
  }

  get connected(): boolean {
    return this.#session !== null;
  }

  get lastError(): string | null {
    return this.#link?.lastError ?? null;
  }

  get backlog(): number {
    return this.#backlog.size;
  }

  /** Begins to connect; a broker that is away is no error. Throws FramewatchError SECRET_UNREADABLE for a TLS file that cannot be read. */
  async start(): Promise<void> {
    const { config, clock, logger } = this.#options;
    const will = { topic: this.#topics.status, payload: 'offline' };
    const address = await brokerAddress(config, { ...this.#options, will, keepaliveSeconds: this.#options.keepaliveSeconds ?? KEEPALIVE_SECONDS });
    const redactor = new Redactor();
    if (address.password !== null) redactor.add(address.password, address.username ?? undefined);
    this.#board.set({ topic: this.#topics.status, payload: 'online', qos: 1 });
    this.#link = new MqttLink({
      address,
      clock,
      logger,
      random: this.#options.random ?? Math.random,
      redact: (text) => redactor.redact(text),
      up: (session, receiveMaximum) => this.#up(session, receiveMaximum),
      down: () => this.#down(),
    });
    this.#link.start();
  }

  publishEvent(event: LabelEvent): void {
    if (this.#closing !== null) {
      this.#options.observer.dropped('event', 'closed');
      return;
    }
    if (this.#backlog.add(event) === 'overflow') {
      this.#options.observer.dropped('event', 'overflow');
      this.#refusals.note('overflow', {}, 'Too many events wait for the MQTT broker: the oldest are given up (the history has them)');
    }
    this.#pump();
  }

  publishState(message: CameraStateMessage): void {
    this.#retain({ topic: this.#topics.state(message.camera), payload: JSON.stringify(message), qos: 1 }, STATE_INTERVAL_MS);
  }

  publishAvailability(cameraId: string, online: boolean): void {
    if (online) this.#online.add(cameraId);
    else this.#online.delete(cameraId);
    this.#retain({ topic: this.#topics.availability(cameraId), payload: online ? 'online' : 'offline', qos: 1 });
  }

  publishSnapshot(cameraId: string, jpeg: Uint8Array): void {
    this.#retain({ topic: this.#topics.snapshot(cameraId), payload: jpeg, qos: 0 });
  }

  publishClassification(cameraId: string, payload: object): void {
    if (!this.#options.config.classifications) return;
    this.#sendNow('classification', this.#topics.classification(cameraId), payload);
  }

  publishStats(payload: object): void {
    this.#sendNow('stats', this.#topics.stats, payload);
  }

  /** Waits for what is on its way, says `offline` for every camera and the daemon, disconnects: at most 1.5 s in all. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #up(session: MqttSession, receiveMaximum: number): void {
    this.#session = session;
    this.#window = Math.max(1, Math.min(WINDOW, receiveMaximum));
    this.#unacknowledged = 0;
    this.#board.repeatAll();
    this.#options.observer.connectionChanged(true);
    this.#pump();
  }

  #down(): void {
    this.#session = null;
    this.#backlog.rewind();
    this.#options.observer.connectionChanged(false);
    this.#drained?.();
  }

  #retain(message: { readonly topic: string; readonly payload: string | Uint8Array; readonly qos: 0 | 1 }, minIntervalMs: number = 0): void {
    if (this.#closing !== null) return;
    this.#board.set(message, minIntervalMs);
    this.#pump();
  }

  /** Sends as much as the window allows: retained topics first, they are few and newest-wins. */
  #pump(): void {
    const session = this.#session;
    while (session !== null && session === this.#session && this.#unacknowledged < this.#window) {
      const retained = this.#board.take();
      const event = retained ? undefined : this.#backlog.take();
      if (retained) this.#send(session, { ...retained, retain: true }, null);
      else if (event) this.#send(session, eventMessage(this.#topics.event(event.camera), event), event.sequence);
      else break;
    }
    if (this.#unacknowledged === 0 && this.#backlog.size === 0) this.#drained?.();
  }

  #send(session: MqttSession, message: OutgoingMessage, sequence: number | null): void {
    const { clock, observer } = this.#options;
    const kind = sequence === null ? 'retained' : 'event';
    const sentMono = clock.monotonicMs();
    if (message.qos === 1) this.#unacknowledged += 1;
    observer.published(kind);
    void session.publish(message).then((outcome) => {
      // What an earlier session left unanswered has gone back to the backlog, or will be repeated.
      if (session !== this.#session) return;
      if (message.qos === 1) this.#unacknowledged -= 1;
      if (outcome.kind === 'acknowledged') observer.acknowledged(kind, clock.monotonicMs() - sentMono);
      else this.#count(kind, message.topic, outcome);
      if (sequence !== null && outcome.kind !== 'lost') this.#backlog.settle(sequence);
      this.#pump();
    });
  }

  #sendNow(kind: 'classification' | 'stats', topic: string, payload: object): void {
    const session = this.#closing === null ? this.#session : null;
    if (session === null) {
      this.#options.observer.dropped(kind, 'notConnected');
      return;
    }
    this.#options.observer.published(kind);
    void session.publish({ topic, payload: JSON.stringify(payload), qos: 0, retain: false }).then((outcome) => this.#count(kind, topic, outcome));
  }

  #count(kind: 'event' | 'retained' | 'classification' | 'stats', topic: string, outcome: PublishOutcome): void {
    if (outcome.kind === 'lost' && kind !== 'event') this.#options.observer.dropped(kind, 'notSent');
    if (outcome.kind !== 'refused') return;
    this.#options.observer.dropped(kind, 'refused');
    this.#refusals.note(
      topic,
      { topic, reason: outcome.reason },
      `The MQTT broker refuses messages for ${topic}: allow it in the broker's access list`,
    );
  }

  async #close(): Promise<void> {
    if (this.#session !== null) {
      await this.#within(DRAIN_LIMIT_MS, this.#drain());
      await this.#within(FAREWELL_LIMIT_MS, this.#sayFarewell());
    }
    this.#board.close();
    await this.#link?.close(END_LIMIT_MS);
    this.#session = null;
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
      this.#board.hurry();
      this.#pump();
    });
  }

  /** Past the window: a broker that is slow with events shall still hear it. */
  async #sayFarewell(): Promise<void> {
    const session = this.#session;
    if (session === null) return;
    const topics = [...[...this.#online].map((id) => this.#topics.availability(id)), this.#topics.status];
    await Promise.all(topics.map((topic) => session.publish({ topic, payload: 'offline', qos: 1, retain: true })));
  }

  async #within(limitMs: number, work: Promise<unknown>): Promise<void> {
    let cancel = () => {};
    const limit = new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimer(limitMs, resolve);
      cancel = () => timer.cancel();
    });
    await Promise.race([work, limit]);
    cancel();
  }
}
