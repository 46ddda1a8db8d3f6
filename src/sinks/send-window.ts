import type { Clock } from '../util/clock.ts';
import type { PublishOutcome } from './mqtt-answer.ts';
import type { MqttMessageKind, MqttObserver } from './mqtt-observer.ts';
import type { MqttSession, OutgoingMessage } from './mqtt-session.ts';
import type { RefusalLog } from './refusal-log.ts';

type Refusal = Extract<PublishOutcome, { readonly kind: 'refused' }>;

export interface SendWindowOptions {
  readonly session: MqttSession;
  /** Unacknowledged messages at a time; whoever sends looks at `hasRoom` first. */
  readonly limit: number;
  readonly clock: Clock;
  readonly observer: MqttObserver;
  readonly refusals: RefusalLog;
}

/** What goes out over one session: counted, timed, and how much of it is unacknowledged. Ends with the session. */
export class SendWindow {
  readonly #options: SendWindowOptions;
  #unacknowledged = 0;
  #over = false;

  constructor(options: SendWindowOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#unacknowledged < this.#options.limit;
  }

  get isEmpty(): boolean {
    return this.#unacknowledged === 0;
  }

  /** `settled` is called once, but not after `end`: what is unanswered then has to be sent again over another session. */
  send(kind: MqttMessageKind, message: OutgoingMessage, settled: (outcome: PublishOutcome) => void): void {
    const { session, clock, observer } = this.#options;
    const sentMono = clock.monotonicMs();
    if (message.qos === 1) this.#unacknowledged += 1;
    observer.published(kind);
    void session.publish(message).then((outcome) => {
      if (this.#over) return;
      if (message.qos === 1) this.#unacknowledged -= 1;
      if (outcome.kind === 'acknowledged') observer.acknowledged(kind, clock.monotonicMs() - sentMono);
      if (outcome.kind === 'refused') this.#refused(kind, message.topic, outcome);
      settled(outcome);
    });
  }

  /** Past the limit and uncounted. Resolves when all were answered, or the session has gone. */
  async sendLast(messages: readonly OutgoingMessage[]): Promise<void> {
    await Promise.all(messages.map((message) => this.#options.session.publish(message)));
  }

  end(): void {
    this.#over = true;
  }

  #refused(kind: MqttMessageKind, topic: string, { reason, advice }: Refusal): void {
    const { observer, refusals } = this.#options;
    observer.dropped(kind, 'refused');
    refusals.note(topic, { topic, reason }, `The MQTT broker refuses messages for ${topic}: ${advice}`);
  }
}
