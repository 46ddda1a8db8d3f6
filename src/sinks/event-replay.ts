import type { EventStore } from '../store/event-store.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { eventMessage } from './event-message.ts';
import type { IncomingRoute } from './incoming-messages.ts';
import type { OutgoingMessage } from './mqtt-session.ts';
import { parseReplayRequest, type ReplayRequest } from './replay-request.ts';
import type { Topics } from './topics.ts';

export interface EventReplayOptions {
  readonly topics: Topics;
  readonly history: Pick<EventStore, 'query'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** There is something to take again. */
  readonly ready: () => void;
}

/** Replays at a time; of one topic only one. */
const MOST_RUNNING = 4;
/** Messages a second and replay: what happens now comes first. */
const PAGE = 100;
const PERIOD_MS = 1_000;
/** The broker keeps what was asked for again no longer than a person waits for it. */
const EXPIRY_SECONDS = 3_600;

interface Replay {
  readonly request: ReplayRequest;
  /** The last one that was read. */
  sequence: number;
  messages: number;
  waiting: OutgoingMessage[];
  /** Nothing more will be read. */
  over: boolean;
}

/**
 * Sends stored events again to whoever asks over MQTT: at most four at a time, a hundred messages a second each, and says at `<to>/done` how far it came. What
 * is live is not held up by it. A lost connection ends all: the asker did not hear `done`, and asks again. One timer, owned here.
 */
export class EventReplay {
  readonly #options: EventReplayOptions;
  readonly #running = new Map<string, Replay>();
  /** Answers of those that are over. */
  #answers: OutgoingMessage[] = [];
  /** Of those, one page is on its way from a history that may be slow: asked for twice, it would be sent twice. */
  readonly #reading = new WeakSet<Replay>();
  #timer: Timer | null = null;

  constructor(options: EventReplayOptions) {
    this.#options = options;
  }

  get route(): IncomingRoute {
    const { topics } = this.#options;
    return {
      filter: topics.setReplay,
      acceptsRetained: false,
      receive: ({ payload }) => {
        const request = parseReplayRequest(Buffer.from(payload).toString(), topics.base);
        if (request === null) return 'notUnderstood';
        this.#begin(request);
        return 'taken';
      },
    };
  }

  /** The next message; undefined when there is none now. */
  take(): OutgoingMessage | undefined {
    const answer = this.#answers.shift();
    if (answer) return answer;
    for (const [to, replay] of this.#running) {
      const next = replay.waiting.shift();
      if (!next) continue;
      // The others have their turn before it.
      this.#running.delete(to);
      if (replay.over && replay.waiting.length === 0) this.#answer(to, { ...figures(replay), more: replay.messages >= replay.request.limit });
      else this.#running.set(to, replay);
      return next;
    }
    return undefined;
  }

  /** The connection is gone. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#running.clear();
    this.#answers = [];
  }

  #begin(request: ReplayRequest): void {
    const { logger } = this.#options;
    if (!this.#running.has(request.to) && this.#running.size >= MOST_RUNNING) {
      this.#answer(request.to, { refused: `${MOST_RUNNING} replays run already: ask again when one is done` });
      this.#options.ready();
      return;
    }
    logger.info(request, `Events after ${request.after} are sent again to ${request.to}`);
    this.#running.set(request.to, { request, sequence: request.after, messages: 0, waiting: [], over: false });
    if (this.#timer === null) void this.#read();
  }

  /** A page for each that has sent its last one. */
  async #read(): Promise<void> {
    const { clock, ready } = this.#options;
    this.#timer = clock.setTimer(PERIOD_MS, () => {
      this.#timer = null;
      if (this.#running.size > 0) void this.#read();
    });
    for (const [to, replay] of [...this.#running]) {
      if (replay.over || replay.waiting.length > 0 || this.#reading.has(replay)) continue;
      this.#reading.add(replay);
      await this.#readPage(to, replay);
      this.#reading.delete(replay);
    }
    ready();
  }

  async #readPage(to: string, replay: Replay): Promise<void> {
    const { history, logger } = this.#options;
    const limit = Math.min(PAGE, replay.request.limit - replay.messages);
    try {
      const page = await history.query({ after: replay.sequence, limit });
      replay.waiting = page.map((event) => eventMessage(to, event, true, EXPIRY_SECONDS));
      replay.sequence = page.at(-1)?.sequence ?? replay.sequence;
      replay.messages += page.length;
      replay.over = page.length < limit || replay.messages >= replay.request.limit;
      if (replay.over && page.length === 0) this.#end(to, replay, { ...figures(replay), more: false });
    } catch (error) {
      logger.warn({ error: messageOf(error), to }, 'events cannot be sent again: the history cannot be read');
      this.#end(to, replay, { ...figures(replay), more: true, failed: 'the history cannot be read now: ask again later' });
    }
  }

  #end(to: string, replay: Replay, answer: object): void {
    // The connection may have gone meanwhile, or another request for this topic have taken its place.
    if (this.#running.get(to) !== replay) return;
    this.#running.delete(to);
    this.#answer(to, answer);
  }

  #answer(to: string, answer: object): void {
    if (this.#answers.length >= MOST_RUNNING * 2) return;
    this.#answers.push({ topic: `${to}/done`, payload: JSON.stringify(answer), qos: 1, retain: false });
  }
}

/** `sequence`: the last one that was sent; the next request begins behind it. */
function figures({ request, sequence, messages }: Replay): object {
  return { after: request.after, sequence, messages };
}
