import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { CoursesAnswer, CoursesAsked } from './score-courses.ts';
import type { ScoreQuestion, ScoreReaderData, ScoreReply } from './score-reader-worker.ts';

export interface ScoreReaderOptions {
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** More questions at once are refused. */
export const MOST_QUESTIONS = 32;
/** Longer than an open page waits before it asks again: then nobody looks, and the thread's memory is given back. */
const IDLE_MS = 90_000;

interface Question {
  readonly resolve: (answer: CoursesAnswer) => void;
  readonly reject: (error: FramewatchError) => void;
}

/** The daemon's end of the thread that reads the score trace (score-reader-worker.ts). It is started by the first question and ends when nobody asks any more. Owns it and one timer. */
export class ScoreReader {
  readonly #options: ScoreReaderOptions;
  readonly #questions = new Map<number, Question>();
  #worker: Worker | null = null;
  #idle: Timer | null = null;
  #nextId = 1;
  #closed = false;

  constructor(options: ScoreReaderOptions) {
    this.#options = options;
  }

  /** The thread runs. */
  get alive(): boolean {
    return this.#worker !== null;
  }

  /** Throws FramewatchError STORE_UNAVAILABLE (also when too many ask at once), STORE_CORRUPT, INTERNAL. */
  ask(asked: CoursesAsked): Promise<CoursesAnswer> {
    if (this.#closed) return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', 'The history is closed.'));
    if (this.#questions.size >= MOST_QUESTIONS) {
      const words = `The score trace is asked too much at once: ${MOST_QUESTIONS} questions wait. Ask again later.`;
      return Promise.reject(new FramewatchError('STORE_UNAVAILABLE', words));
    }
    this.#idle?.cancel();
    this.#idle = null;
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#questions.set(id, { resolve, reject });
      worker.postMessage({ id, asked } satisfies ScoreQuestion);
    });
  }

  /** Answers no more. Idempotent; does not wait: the thread only reads, and does not keep the process from ending. */
  close(): void {
    this.#closed = true;
    this.#rejectAll('The history is closed.');
    this.#end();
  }

  #start(): Worker {
    const { stateDir, logger } = this.#options;
    const workerData: ScoreReaderData = { stateDir };
    const worker = new Worker(builtEntryPoint(import.meta.url, 'score-reader-worker'), { workerData, name: 'framewatch-scores' });
    worker.unref();
    worker.on('message', (reply: ScoreReply) => this.#receive(reply));
    worker.on('error', (error) =>
      logger.error({ error: messageOf(error) }, 'The thread that reads the score trace failed; the next question starts another one'),
    );
    worker.on('exit', () => {
      // One that was idle may have a successor by now.
      if (worker !== this.#worker) return;
      this.#worker = null;
      this.#rejectAll('The thread that reads the score trace ended before it answered.');
    });
    return worker;
  }

  #receive(reply: ScoreReply): void {
    const question = this.#questions.get(reply.id);
    this.#questions.delete(reply.id);
    if ('failure' in reply) question?.reject(new FramewatchError(reply.failure.code, reply.failure.message));
    else question?.resolve(reply.answer);
    if (this.#questions.size === 0 && !this.#closed) this.#idle = this.#options.clock.setTimer(IDLE_MS, () => this.#end());
  }

  #end(): void {
    this.#idle?.cancel();
    this.#idle = null;
    this.#worker?.postMessage(null);
    this.#worker = null;
  }

  #rejectAll(words: string): void {
    for (const { reject } of this.#questions.values()) reject(new FramewatchError('STORE_UNAVAILABLE', words));
    this.#questions.clear();
  }
}
