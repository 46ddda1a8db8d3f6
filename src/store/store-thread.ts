import { Worker } from 'node:worker_threads';
import type { Clock } from '../util/clock.ts';
import { delay, isoTime } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { type CallLane, CallQueue, MOST_WAITING } from './call-queue.ts';
import type { StoreCallName, StoreCalls, StoreFacts, StoreNotice, StoreReply, StoreRequest } from './store-protocol.ts';

export interface StoreThreadOptions {
  readonly stateDir: string;
  readonly instance: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A worker that died is replaced with the next call, at most this often. */
const RESTART_PAUSE_MS = 1_000;

const LANES: Readonly<Record<StoreCallName, CallLane>> = {
  append: 'append',
  probe: 'append',
  recordCoverage: 'append',
  setSwitch: 'append',
  removeSwitch: 'append',
  setAnnounced: 'append',
  removeAnnounced: 'append',
  close: 'append',
  outboxPage: 'upkeep',
  settleOutbox: 'upkeep',
  abandonOutbox: 'upkeep',
  registerPicture: 'upkeep',
  forgetSnapshots: 'upkeep',
  recordScores: 'upkeep',
  pruneStep: 'upkeep',
  deadLetters: 'read',
  query: 'read',
  course: 'read',
  openEvents: 'read',
  coverage: 'read',
  coverageEnds: 'read',
  switches: 'read',
  announced: 'read',
};

interface Call {
  readonly lane: CallLane;
  readonly name: StoreCallName;
  readonly given: StoreCalls[StoreCallName]['arguments'];
  readonly resolve: (result: never) => void;
  readonly reject: (error: FramewatchError) => void;
}

/** The daemon's end of the store's worker: typed calls, one at a time in the worker, and a new worker when the old one died. */
export class StoreThread {
  readonly #options: StoreThreadOptions;
  readonly #queue = new CallQueue<Call>();
  #current: { readonly id: number; readonly call: Call } | null = null;
  #worker: Worker | null = null;
  #startedMono = 0;
  #nextId = 1;
  #facts: StoreFacts | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: StoreThreadOptions) {
    this.#options = options;
  }

  /** As of the newest answer. */
  get facts(): StoreFacts {
    if (this.#facts === null) throw new FramewatchError('INTERNAL', 'The store was used before it was open.');
    return this.#facts;
  }

  /** The worker lives. After `close`: it hangs in the disk, and would keep the process from ending. */
  get alive(): boolean {
    return this.#worker !== null;
  }

  /** Throws FramewatchError STORE_LOCKED or STORE_UNAVAILABLE. */
  async open(): Promise<void> {
    const worker = this.#start();
    await new Promise<void>((resolve, reject) => {
      worker.once('message', function opened(message: StoreNotice) {
        if (message.notice === 'setAside') worker.once('message', opened);
        else if (message.notice === 'opened') resolve();
        else reject(new FramewatchError(message.failure.code, message.failure.message));
      });
      worker.once('exit', () => reject(new FramewatchError('STORE_UNAVAILABLE', 'The worker of the store ended while it opened the history.')));
    });
  }

  /**
   * Throws FramewatchError STORE_UNAVAILABLE; then nothing of the call has been written, unless the worker died in the middle of it.
   * INTERNAL: the call is wrong in itself, and will fail again.
   */
  call<N extends StoreCallName>(name: N, given: StoreCalls[N]['arguments']): Promise<StoreCalls[N]['result']> {
    if (this.#closing !== null) return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'The history is closed.'));
    return this.#enqueue(name, given);
  }

  /** Lets the call that runs and waiting appends finish, refuses the others, closes the database and drops the lock: within `limitMs`. Idempotent. */
  close(limitMs: number): Promise<void> {
    this.#closing ??= this.#close(limitMs);
    return this.#closing;
  }

  #enqueue<N extends StoreCallName>(name: N, given: StoreCalls[N]['arguments']): Promise<StoreCalls[N]['result']> {
    if (this.#worker === null && !this.#restart()) {
      return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'The worker of the store has died; a new one is started in a moment.'));
    }
    return new Promise<StoreCalls[N]['result']>((resolve, reject) => {
      const lane = LANES[name];
      if (this.#queue.add({ lane, name, given, resolve, reject })) this.#next();
      else
        reject(new FramewatchError('STORE_UNAVAILABLE', `The history is asked too much at once: ${MOST_WAITING[lane]} calls wait. Ask again later.`));
    });
  }

  #next(): void {
    if (this.#current !== null || this.#worker === null) return;
    const call = this.#queue.take();
    if (call === undefined) return;
    const id = this.#nextId++;
    const request: StoreRequest = { id, name: call.name, arguments: call.given, lastSequence: this.facts.lastSequence };
    try {
      this.#worker.postMessage(request);
      this.#current = { id, call };
    } catch (error) {
      call.reject(new FramewatchError('INTERNAL', `The store cannot be asked for "${call.name}": ${messageOf(error)}`, { cause: error }));
      this.#next();
    }
  }

  #restart(): boolean {
    if (this.#options.clock.monotonicMs() - this.#startedMono < RESTART_PAUSE_MS) return false;
    this.#start();
    return true;
  }

  #start(): Worker {
    const { stateDir, instance, clock, logger } = this.#options;
    this.#startedMono = clock.monotonicMs();
    const since = isoTime(clock.wallMs());
    const workerData = { stateDir, instance, since, lastSequence: this.#facts?.lastSequence ?? 0 };
    const worker = new Worker(builtEntryPoint(import.meta.url, 'store-worker'), { workerData, name: 'framewatch-store' });
    this.#worker = worker;
    worker.on('message', (message: StoreNotice | StoreReply) => this.#receive(message));
    worker.on('error', (error) => logger.error({ error: messageOf(error) }, 'The worker of the store failed; the next call starts another one'));
    worker.on('exit', () => {
      this.#worker = null;
      this.#rejectAll(new FramewatchError('STORE_UNAVAILABLE', 'The worker of the store ended before it answered.'));
    });
    return worker;
  }

  #receive(message: StoreNotice | StoreReply): void {
    if ('notice' in message) {
      this.#notice(message);
      return;
    }
    if (message.id !== this.#current?.id) return;
    const { call } = this.#current;
    this.#current = null;
    if ('failure' in message) call.reject(new FramewatchError(message.failure.code, message.failure.message));
    else {
      this.#facts = message.facts;
      call.resolve(message.result as never);
    }
    this.#next();
  }

  #notice(message: StoreNotice): void {
    if (message.notice === 'opened') this.#facts = message.facts;
    else if (message.notice === 'failed') this.#rejectAll(new FramewatchError(message.failure.code, message.failure.message));
    else {
      const { file, reason, unsent } = message;
      const lost =
        unsent === 0 ? '' : ` ${unsent ?? 'An unknown number of'} messages that waited for the MQTT broker are in it, too, and will not be sent.`;
      this.#options.logger.error(
        { code: 'STORE_CORRUPT', file, reason, unsent },
        `The history was corrupt and is set aside as ${file}; a new one begins.${lost} docs/errors.md says how to rescue what is in it`,
      );
    }
  }

  #rejectAll(error: FramewatchError): void {
    const calls = [...(this.#current ? [this.#current.call] : []), ...this.#queue.removeAll()];
    this.#current = null;
    for (const { reject } of calls) reject(error);
  }

  async #close(limitMs: number): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    for (const { reject } of this.#queue.removeOthers()) reject(new FramewatchError('STORE_UNAVAILABLE', 'The history is closed.'));
    // A failure to close cleanly was answered: the worker ends all the same, and SQLite recovers from its log.
    this.#enqueue('close', null).catch((error: unknown) =>
      this.#options.logger.warn({ error: messageOf(error) }, 'The history did not close cleanly'),
    );
    const over = new AbortController();
    await Promise.race([ended, delay(this.#options.clock, limitMs, over.signal)]);
    over.abort();
    // A worker that hangs in the disk cannot be ended safely (terminating it within a native call may abort the process): let go of it.
    worker.unref();
  }
}
