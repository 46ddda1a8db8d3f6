import type { Clock } from '../util/clock.ts';
import type { IncomingDropReason, MqttObserver } from './mqtt-observer.ts';
import type { IncomingMessage, MqttSession } from './mqtt-session.ts';
import type { RefusalLog } from './refusal-log.ts';
import { matchesFilter } from './topic-filter.ts';

/** What comes in under some topics, and who gets it. */
export interface IncomingRoute {
  /** May have the wildcards `+` and `#`. No two routes have one topic in common. */
  readonly filter: string;
  /** Also what the broker kept. Never for commands: nobody knows how old a kept one is. */
  readonly acceptsRetained: boolean;
  /** Longer payloads are ignored; 1 KiB when left out. */
  readonly maxBytes?: number;
  /** Messages a second and topic that are let through; 10 when left out. */
  readonly mostPerSecond?: number;
  /** Must return at once and not throw. `notUnderstood`: the payload means nothing here; the log then says so. */
  readonly receive: (message: IncomingMessage) => 'taken' | 'notUnderstood';
}

export interface IncomingMessagesOptions {
  readonly routes: readonly IncomingRoute[];
  readonly clock: Clock;
  readonly observer: Pick<MqttObserver, 'ignored'>;
  readonly refusals: RefusalLog;
}

const MOST_BYTES = 1024;
const MOST_PER_SECOND = 10;
/** Over all topics of a second: names cost memory, too, and anybody may make them up. */
const MOST_TOPICS = 2048;
const WINDOW_MS = 1000;

const WHY: Readonly<Record<IncomingDropReason, string>> = {
  tooLarge: 'it is too large',
  retained: 'it is retained and may be old: publish it without the retain flag, and empty the topic',
  tooMany: 'too many come at once',
  notUnderstood: 'its payload means nothing here',
};

/** What other programs send us: subscribed anew with every session, and given to its route. A flood costs no more than its reading. */
export class IncomingMessages {
  readonly #options: IncomingMessagesOptions;
  /** Messages of the current second, by topic. */
  readonly #counts = new Map<string, number>();
  #windowMono = Number.NEGATIVE_INFINITY;

  constructor(options: IncomingMessagesOptions) {
    this.#options = options;
  }

  /** Resolves when the broker has answered for all of them. Never rejects. */
  async subscribe(session: Pick<MqttSession, 'subscribe'>): Promise<void> {
    const { routes, refusals } = this.#options;
    await Promise.all(
      routes.map(async ({ filter, acceptsRetained }) => {
        const outcome = await session.subscribe({ filter, wantsRetained: acceptsRetained });
        if (outcome.kind !== 'refused') return;
        const fields = { topic: filter, reason: outcome.reason, code: 'MQTT_REFUSED' };
        refusals.note(
          `subscribe ${filter}`,
          fields,
          `The MQTT broker does not let us listen to ${filter}: allow reading it in the broker's access list`,
        );
      }),
    );
  }

  take(message: IncomingMessage): void {
    const route = this.#options.routes.find(({ filter }) => matchesFilter(filter, message.topic));
    // A broker may send what was never asked for; and somebody who empties a retained topic says nothing.
    if (!route || (message.retained && message.payload.byteLength === 0)) return;
    const fault = this.#fault(route, message) ?? this.#received(route, message);
    if (fault !== null) this.#ignore(route, message, fault);
  }

  #received(route: IncomingRoute, message: IncomingMessage): IncomingDropReason | null {
    return route.receive(message) === 'taken' ? null : 'notUnderstood';
  }

  #fault(route: IncomingRoute, { topic, payload, retained }: IncomingMessage): IncomingDropReason | null {
    if (!this.#hasRoom(topic, route.mostPerSecond ?? MOST_PER_SECOND)) return 'tooMany';
    if (retained && !route.acceptsRetained) return 'retained';
    return payload.byteLength > (route.maxBytes ?? MOST_BYTES) ? 'tooLarge' : null;
  }

  #hasRoom(topic: string, most: number): boolean {
    const now = this.#options.clock.monotonicMs();
    if (now - this.#windowMono >= WINDOW_MS) {
      this.#windowMono = now;
      this.#counts.clear();
    }
    const count = this.#counts.get(topic) ?? 0;
    if (count >= most || (count === 0 && this.#counts.size >= MOST_TOPICS)) return false;
    this.#counts.set(topic, count + 1);
    return true;
  }

  /** The subject of the log is the filter: topics may be made up without end. */
  #ignore({ filter }: IncomingRoute, { topic, payload }: IncomingMessage, reason: IncomingDropReason): void {
    const { observer, refusals } = this.#options;
    observer.ignored(reason);
    const fields = { topic: topic.slice(0, 200), bytes: payload.byteLength, ignored: reason };
    refusals.note(`${reason} ${filter}`, fields, `A message that came over MQTT is ignored: ${WHY[reason]}`);
  }
}
