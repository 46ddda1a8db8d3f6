import { randomBytes } from 'node:crypto';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { FeedListener, FeedSource } from './feed-message.ts';

export interface MqttSourceOptions {
  readonly url: string;
  readonly baseTopic: string;
  readonly protocolVersion: 4 | 5;
  readonly username: string | null;
  readonly password: string | null;
  /** PEM. */
  readonly ca: Buffer | null;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
  /** Client id of a session that the broker keeps while nobody listens; null: a new one each time. */
  readonly session: string | null;
}

const CONNECT_TIMEOUT_MS = 10_000;
const RECONNECT_MS = 1_000;
const KEEPALIVE_SECONDS = 15;
/** The broker keeps for this session what comes while nobody listens. */
const SESSION_EXPIRY_SECONDS = 7 * 86_400;
const CLOSE_LIMIT_MS = 1_000;

/**
 * Subscribes to the events of all cameras, as an integrator's program does: QoS 1, the broker's own order. Another thing than the daemon's publishing session:
 * it lets MQTT.js reconnect, as nothing is lost by that on the receiving side when the broker keeps the session.
 */
export class MqttSource implements FeedSource {
  readonly #options: MqttSourceOptions;
  readonly #listener: FeedListener;
  readonly #topic: string;
  #client: MqttClient | null = null;
  #wasUp = false;
  #isUp = false;
  #isClosed = false;
  #reason = 'the connection was closed';

  constructor(options: MqttSourceOptions, listener: FeedListener) {
    this.#options = options;
    this.#listener = listener;
    this.#topic = `${options.baseTopic.replaceAll(/^\/+|\/+$/g, '')}/+/event`;
  }

  async start(): Promise<void> {
    const client = mqtt.connect(this.#options.url, clientOptions(this.#options));
    this.#client = client;
    client.on('message', (topic, payload, packet) => this.#deliver(topic, payload, packet));
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error) => {
        if (this.#wasUp || this.#isClosed) return;
        this.#isClosed = true;
        client.end(true);
        reject(faultOf(error, this.#options.url));
      };
      client.on('error', (error) => {
        this.#reason = error.message || error.name;
        failed(error);
      });
      client.on('close', () => {
        failed(new Error(this.#reason));
        this.#lost();
      });
      client.on('connect', ({ sessionPresent }) => {
        if (this.#wasUp && !sessionPresent && this.#options.session !== null)
          this.#listener.interrupted('the broker has forgotten the session', false);
        this.#subscribe(client).then(resolve, (error: unknown) => {
          this.#reason = messageOf(error);
          failed(error instanceof Error ? error : new Error(this.#reason));
          client.stream.destroy();
        });
      });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = this.#client;
    if (client === null || client.disconnected) {
      client?.end(true);
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_LIMIT_MS);
    });
    await Promise.race([new Promise<void>((resolve) => client.end(false, () => resolve())), limit]);
    clearTimeout(timer);
    client.stream.destroy();
  }

  async #subscribe(client: MqttClient): Promise<void> {
    // With rap a message that was published as retained says so also to whoever was subscribed before.
    const options = this.#options.protocolVersion === 5 ? { qos: 1 as const, rap: true } : { qos: 1 as const };
    const granted = await client.subscribeAsync(this.#topic, options);
    const { qos = 0x80 } = granted[0] ?? {};
    if (qos >= 0x80) throw new FramewatchError('MQTT_REFUSED', `the broker does not let this login subscribe to ${this.#topic}`);
    if (qos === 0) this.#listener.nonsense(`the broker grants QoS 0 only for ${this.#topic}: it may drop messages`);
    this.#isUp = true;
    this.#wasUp = true;
  }

  #lost(): void {
    if (!this.#isUp || this.#isClosed) return;
    this.#isUp = false;
    this.#listener.interrupted(this.#reason, this.#options.session !== null);
  }

  #deliver(topic: string, payload: Buffer, { retain, properties }: IPublishPacket): void {
    if (this.#isClosed) return;
    this.#listener.message({
      kind: 'event',
      text: payload.toString(),
      topicCamera: topic.split('/').at(-2) ?? null,
      retained: retain,
      properties: userProperties(properties?.userProperties ?? {}),
    });
  }
}

function clientOptions({ protocolVersion, username, password, ca, cert, key, session }: MqttSourceOptions): IClientOptions {
  return {
    clientId: session ?? `framewatch-verify-${randomBytes(6).toString('hex')}`,
    protocolVersion,
    clean: session === null,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: KEEPALIVE_SECONDS,
    resubscribe: false,
    ...(protocolVersion === 5 && session !== null ? { properties: { sessionExpiryInterval: SESSION_EXPIRY_SECONDS } } : {}),
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
}

function userProperties(given: Readonly<Record<string, string | readonly string[]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value === 'string' ? value : (value.at(-1) ?? '')]));
}

function faultOf(error: Error, url: string): FramewatchError {
  if (error instanceof FramewatchError) return error;
  const isRefusal = 'code' in error && typeof error.code === 'number';
  const reason = error.message || ('code' in error && typeof error.code === 'string' ? error.code : error.name);
  return new FramewatchError(isRefusal ? 'MQTT_REFUSED' : 'MQTT_UNREACHABLE', `${url}: ${reason}`, { cause: error });
}
