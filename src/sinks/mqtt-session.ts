import mqtt, { type IClientOptions, type IClientPublishOptions, type IClientSubscribeOptions, type MqttClient } from 'mqtt';
import { isRefusal, nameOf, outcomeOf, type PublishOutcome, reasonCode, type SubscribeOutcome } from './mqtt-answer.ts';
import { publishBytes } from './packet-size.ts';
import type { ConnectionLoss } from './reconnect-policy.ts';

/** Where and how to connect. Times in ms. */
export interface BrokerAddress {
  readonly url: string;
  readonly clientId: string;
  readonly username: string | null;
  readonly password: string | null;
  readonly protocolVersion: 4 | 5;
  /** PEM contents. */
  readonly ca: Buffer | null;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
  /** A broker that is frozen is found out after one and a half of these. */
  readonly keepaliveSeconds: number;
  readonly will: { readonly topic: string; readonly payload: string };
}

/** Needs MQTT 5; ignored on 3.1.1. */
interface MessageProperties {
  readonly contentType?: string;
  readonly expirySeconds?: number;
  readonly user?: Readonly<Record<string, string>>;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly properties?: MessageProperties;
}

export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The broker kept it from before; on MQTT 5 also: it was sent to be kept. */
  readonly retained: boolean;
  /** MQTT 5 user properties; a name that came several times has all its values. Empty on 3.1.1. */
  readonly user: Readonly<Record<string, string | readonly string[]>>;
}

export interface Subscription {
  /** May have the wildcards `+` and `#`. */
  readonly filter: string;
  /** What the broker has kept for it is wanted, too; without it MQTT 5 leaves it out. */
  readonly wantsRetained: boolean;
}

export interface SessionEvents {
  /** `receiveMaximum`: unacknowledged messages the broker allows. */
  readonly up: (receiveMaximum: number) => void;
  /** Something came that was subscribed to. Must not block or throw. */
  readonly message: (message: IncomingMessage) => void;
  /** Once a session, also when it never came up. Nothing comes after it. */
  readonly down: (loss: ConnectionLoss, reason: string) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** What may lie unsent in the socket before a message without acknowledgement is not written any more. */
const MAX_UNSENT_BYTES = 1 << 20;
const DEFAULT_RECEIVE_MAXIMUM = 65_535;
const SESSION_TAKEN_OVER = 142;
const QUOTA_EXCEEDED = 151;
/** What the broker may send us before it waits for our answer, and the largest packet we take (MQTT 5): commands are few and small. */
const INCOMING_WINDOW = 32;
const LARGEST_INCOMING_BYTES = 1 << 20;

/**
 * One connection to a broker, from the first packet to its end; the home of MQTT.js. A session is never revived: MQTT.js's own
 * reconnecting and its store are off, because the store loses messages (its 16-bit ids wrap) and sends in an order of its own.
 */
export class MqttSession {
  readonly #events: SessionEvents;
  readonly #client: MqttClient;
  readonly #pending = new Set<(outcome: PublishOutcome) => void>();
  readonly #subscribing = new Set<() => void>();
  /** The broker ends the connection of whoever sends it more at once. */
  #largestBytes = Number.POSITIVE_INFINITY;
  #over = false;
  #lastError: { readonly message: string; readonly loss: ConnectionLoss } | null = null;

  private constructor(client: MqttClient, events: SessionEvents) {
    this.#client = client;
    this.#events = events;
  }

  /** Begins to connect. `down` is called exactly once, unless `end` was called before. Throws for an address that cannot be one. */
  static open(address: BrokerAddress, events: SessionEvents): MqttSession {
    const client = mqtt.connect(address.url, clientOptions(address));
    const session = new MqttSession(client, events);
    client.on('connect', ({ properties }) => {
      session.#largestBytes = properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
      events.up(properties?.receiveMaximum ?? DEFAULT_RECEIVE_MAXIMUM);
    });
    client.on('message', (topic, payload, { retain, properties }) => {
      if (!session.#over) events.message({ topic, payload, retained: retain, user: { ...properties?.userProperties } });
    });
    client.on('error', (error) => {
      session.#lastError = { message: error.message || nameOf(error), loss: isRefusal(error) ? 'refused' : 'unreachable' };
      // Not every error closes the connection by itself: something that is no broker may answer nonsense and wait for more.
      client.stream.destroy();
    });
    client.on('disconnect', ({ reasonCode = 0 }) => {
      session.#lastError =
        reasonCode === SESSION_TAKEN_OVER
          ? { message: `another client connected with the client id ${address.clientId}: give each daemon its own`, loss: 'refused' }
          : { message: `the broker ended the connection (reason ${reasonCode})`, loss: 'unreachable' };
    });
    client.on('close', () => session.#finish());
    return session;
  }

  /** Never throws. QoS 0: `acknowledged` means written; `lost` also when the broker reads too slowly. */
  publish(message: OutgoingMessage): Promise<PublishOutcome> {
    const { topic, payload, qos, retain, properties } = message;
    const tooLarge = this.#tooLarge(message);
    if (tooLarge !== null) return Promise.resolve(tooLarge);
    if (this.#over || !this.#client.connected || (qos === 0 && this.#client.stream.writableLength > MAX_UNSENT_BYTES)) {
      return Promise.resolve({ kind: 'lost' });
    }
    return new Promise((resolve) => {
      const settle = (outcome: PublishOutcome) => {
        if (this.#pending.delete(settle)) resolve(outcome);
      };
      this.#pending.add(settle);
      const options: IClientPublishOptions = { qos, retain };
      if (this.#client.options.protocolVersion === 5 && properties) options.properties = propertiesOf(properties);
      const bytes = typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      this.#client.publish(topic, bytes, options, (error) => {
        if (reasonCode(error) === QUOTA_EXCEEDED) this.#fail('the broker has no room for more messages (quota exceeded)');
        else settle(outcomeOf(error));
      });
    });
  }

  /** With QoS 1. Never throws. One request a filter, so that each has its own answer. */
  subscribe({ filter, wantsRetained }: Subscription): Promise<SubscribeOutcome> {
    if (this.#over || !this.#client.connected) return Promise.resolve({ kind: 'lost' });
    // What is sent to be kept shall be told apart from a command also while we listen; MQTT 3.1.1 cannot say so.
    const options: IClientSubscribeOptions = { qos: 1, nl: true, rap: true, rh: wantsRetained ? 0 : 2 };
    return new Promise((resolve) => {
      const lose = () => settle({ kind: 'lost' });
      const settle = (outcome: SubscribeOutcome) => {
        if (this.#subscribing.delete(lose)) resolve(outcome);
      };
      this.#subscribing.add(lose);
      this.#client.subscribe(filter, options, (error, _granted, packet) => {
        const code = packet?.granted.find((granted) => Number(granted) >= 0x80);
        if (!error) settle({ kind: 'subscribed' });
        else settle(code === undefined ? { kind: 'lost' } : { kind: 'refused', reason: `${error.message} (${Number(code)})` });
      });
    });
  }

  /** Sends DISCONNECT (the last will is then not published) and closes, within `limitMs`; then cuts. `down` is not called. */
  async end(limitMs: number): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#losePending();
    if (this.#client.connected) {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      await Promise.race([new Promise<void>((resolve) => this.#client.end(false, () => resolve())), limit]);
      clearTimeout(timer);
    }
    this.#cut();
  }

  /** Sent all the same it would end the session, and come again in the next one, for ever. */
  #tooLarge(message: OutgoingMessage): PublishOutcome | null {
    if (this.#largestBytes === Number.POSITIVE_INFINITY) return null;
    const bytes = publishBytes(message);
    if (bytes <= this.#largestBytes) return null;
    const reason = `it takes ${bytes} bytes, and the broker no more than ${this.#largestBytes}`;
    return { kind: 'refused', reason, advice: 'let the broker take larger packets, or make pictures smaller (frameWidth)' };
  }

  /** Whoever sent what is unanswered sends it again over another session, in its order. */
  #fail(message: string): void {
    this.#lastError ??= { message, loss: 'unreachable' };
    this.#client.stream.destroy();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#losePending();
    this.#cut();
    const { message, loss } = this.#lastError ?? { message: 'the connection was closed', loss: 'unreachable' as const };
    this.#events.down(loss, message);
  }

  #losePending(): void {
    for (const settle of [...this.#pending]) settle({ kind: 'lost' });
    for (const lose of [...this.#subscribing]) lose();
  }

  #cut(): void {
    this.#client.end(true);
    this.#client.stream.destroy();
  }
}

function clientOptions(address: BrokerAddress): IClientOptions {
  const { clientId, protocolVersion, username, password, ca, cert, key, will } = address;
  return {
    clientId,
    protocolVersion,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: address.keepaliveSeconds,
    queueQoSZero: false,
    resubscribe: false,
    ...(protocolVersion === 5 ? { properties: { receiveMaximum: INCOMING_WINDOW, maximumPacketSize: LARGEST_INCOMING_BYTES } } : {}),
    will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true },
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
}

function propertiesOf({ contentType, expirySeconds, user }: MessageProperties): NonNullable<IClientPublishOptions['properties']> {
  return {
    ...(contentType === undefined ? {} : { contentType }),
    ...(expirySeconds === undefined ? {} : { messageExpiryInterval: expirySeconds }),
    ...(user === undefined ? {} : { userProperties: { ...user } }),
  };
}
