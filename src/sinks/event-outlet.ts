import type { LabelEvent } from '../events/label-event.ts';
import type { Outbox } from '../store/outbox.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { eventFate } from './event-fate.ts';
import { eventMessage } from './event-message.ts';
import type { MqttObserver } from './mqtt-observer.ts';
import { OutboxReader } from './outbox-reader.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { SendWindow } from './send-window.ts';
import { SettlementBuffer } from './settlement-buffer.ts';
import type { Topics } from './topics.ts';

export interface EventOutletOptions {
  readonly outbox: Pick<Outbox, 'page' | 'settle'>;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer: MqttObserver;
  readonly refusals: RefusalLog;
  /** No start or update is told that is so old, s; null: all are. */
  readonly expireAfterSeconds: number | null;
  /** Something may be sent that could not before. */
  readonly ready: () => void;
}

/** Events on their way from the outbox to the broker, one after the other; out of it once the broker has them, or will not, or they are too old to be told. */
export class EventOutlet {
  readonly #options: EventOutletOptions;
  readonly #reader: OutboxReader;
  readonly #settlements: SettlementBuffer;

  constructor(options: EventOutletOptions) {
    this.#options = options;
    this.#reader = new OutboxReader(options);
    this.#settlements = new SettlementBuffer({ ...options, roomAgain: options.ready });
  }

  /** All that was offered is with the broker, or given up. */
  get isEmpty(): boolean {
    return this.#reader.isEmpty;
  }

  /** Was just committed, with its row in the outbox. */
  offer(event: LabelEvent): void {
    this.#reader.offer(event);
  }

  /** Sends the next one, if there is one now and `window` has room; false when not. */
  sendNext(window: SendWindow): boolean {
    if (!window.hasRoom || !this.#settlements.hasRoom) return false;
    const message = this.#reader.take();
    if (message === undefined) return false;
    const { clock, topics, expireAfterSeconds, ready } = this.#options;
    const { event, startUntold, bornMono } = message;
    const topic = topics.event(event.camera);
    const fate = eventFate(event, clock.monotonicMs() - bornMono, startUntold, expireAfterSeconds);
    if (fate.kind === 'expired') this.#expire(event, topic);
    else {
      window.send('event', eventMessage(topic, event, fate.replayed, fate.expirySeconds), (outcome) => {
        // A lost one goes back with all that are unanswered, when the session is gone.
        if (outcome.kind !== 'lost') this.#reader.settle(event);
        if (outcome.kind === 'acknowledged') this.#settlements.delivered(event.sequence);
        if (outcome.kind === 'refused') this.#settlements.dead(event, topic, 'refused', outcome.reason);
        ready();
      });
    }
    return true;
  }

  /** The connection is gone: what is unanswered is sent again, first. */
  rewind(): void {
    this.#reader.rewind();
  }

  /** Takes out of the outbox what was answered, if the disk lets it within `limitMs`. Idempotent. */
  async close(limitMs: number): Promise<void> {
    this.#reader.close();
    await this.#settlements.close(limitMs);
  }

  #expire(event: LabelEvent, topic: string): void {
    const { observer, refusals, expireAfterSeconds } = this.#options;
    this.#reader.expire(event);
    this.#settlements.dead(event, topic, 'expired', `older than mqtt.expireEventsAfterSeconds (${expireAfterSeconds ?? 0} s) when its turn came`);
    observer.dropped('event', 'expired');
    refusals.note('expired', {}, 'Events older than mqtt.expireEventsAfterSeconds are not sent to the MQTT broker (the history has them)');
  }
}
