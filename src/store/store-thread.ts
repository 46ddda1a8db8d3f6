import { Worker } from 'node:worker_threads';
import type { Clock } from '../util/clock.ts';
import { isoTime } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { StoreCallName, StoreCalls, StoreFacts, StoreNotice, StoreReply, StoreRequest } from './store-protocol.ts';

export interface StoreThreadOptions {
  readonly stateDir: string;
  readonly instance: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** More calls than this waiting at a time are refused: whoever asks so much has to wait itself. */
const MAX_WAITING = 256;
/** A worker that died is replaced with the next call, at most this often. */
const RESTART_PAUSE_MS = 1_000;
const CLOSE_LIMIT_MS = 3_000;

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: FramewatchError) => void;
}

/** The daemon's end of the store's worker: typed calls, and a new worker when the old one died. */
export class StoreThread {
  readonly #options: StoreThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
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

  /** Throws FramewatchError STORE_UNAVAILABLE; then nothing of the call has been written, unless the worker died in the middle of it. */
  call<N extends StoreCallName>(name: N, given: StoreCalls[N]['arguments']): Promise<StoreCalls[N]['result']> {
    if (this.#closing !== null) return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'The history is closed.'));
    return this.#send(name, given);
  }

  /** Lets what waits finish, then closes the database and drops the lock. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #send<N extends StoreCallName>(name: N, given: StoreCalls[N]['arguments']): Promise<StoreCalls[N]['result']> {
    if (this.#waiting.size >= MAX_WAITING) {
      return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', `The history is too slow: ${MAX_WAITING} calls are waiting for the disk.`));
    }
    const worker = this.#worker ?? this.#restart();
    if (worker === null) {
      return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'The worker of the store has died; a new one is started in a moment.'));
    }
    const id = this.#nextId++;
    const request: StoreRequest<N> = { id, name, arguments: given, lastSequence: this.facts.lastSequence };
    return new Promise<StoreCalls[N]['result']>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage(request);
    });
  }

  #restart(): Worker | null {
    return this.#options.clock.monotonicMs() - this.#startedMono < RESTART_PAUSE_MS ? null : this.#start();
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
      if (this.#worker === worker) this.#worker = null;
      this.#rejectAll(new FramewatchError('STORE_UNAVAILABLE', 'The worker of the store ended before it answered.'));
    });
    return worker;
  }

  #receive(message: StoreNotice | StoreReply): void {
    if ('notice' in message) {
      if (message.notice === 'opened') this.#facts = message.facts;
      if (message.notice === 'setAside') {
        const { file, reason } = message;
        this.#options.logger.error(
          { code: 'STORE_CORRUPT', file, reason },
          `The history was corrupt and is set aside as ${file}; a new one begins. docs/errors.md says how to rescue what is in it`,
        );
      }
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('failure' in message) waiting?.reject(new FramewatchError(message.failure.code, message.failure.message));
    else {
      this.#facts = message.facts;
      waiting?.resolve(message.result as never);
    }
  }

  #rejectAll(error: FramewatchError): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }

  async #close(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    // A failure to close cleanly was answered: the worker ends all the same, and SQLite recovers from its log.
    await this.#send('close', null).catch((error: unknown) =>
      this.#options.logger.warn({ error: messageOf(error) }, 'The history did not close cleanly'),
    );
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_LIMIT_MS);
    });
    await Promise.race([ended, limit]);
    clearTimeout(timer);
    // A worker that hangs in the disk cannot be ended safely (terminating it within a native call may abort the process): let go of it.
    worker.unref();
  }
}
