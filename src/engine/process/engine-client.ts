import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable } from 'node:stream';
import { killAtExit } from '../../util/child-registry.ts';
import type { Clock, Timer } from '../../util/clock.ts';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Logger } from '../../util/logger.ts';
import type { EngineInfo, EngineInput, EngineOutput } from '../engine.ts';
import { engineEnvironment } from './engine-environment.ts';
import { type EngineInit, errorFromHead, type ResultHead } from './engine-messages.ts';
import { LineLog } from './line-log.ts';
import { checkProbabilities } from './output-check.ts';
import { afterOwnTime } from './own-time.ts';
import { encodeMessage, type MessageType, WireDecoder, type WireMessage } from './wire.ts';

export interface EngineClientOptions {
  /** The JavaScript file of the engine process. */
  readonly entryPoint: string;
  readonly init: EngineInit;
  /** Until it is ready, ms: a cold start converts the model. Time in which the daemon itself stood still does not count, here and below. */
  readonly startLimitMs: number;
  /** A batch hangs when it takes longer than this, and longer than five times what its size cost at warm-up, ms. */
  readonly hangLimitMs: number;
  /** A process that was told to end may take this long; well within the 1.5 s that the daemon gives each of its parts. Default 1 s. */
  readonly closeLimitMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Pending {
  readonly limitMs: number;
  readonly count: number;
  resolve(output: EngineOutput): void;
  reject(error: FramewatchError): void;
}

/** On a machine that is busy with other things every batch takes longer. */
const COST_FACTOR_OF_A_HANG = 5;
const CLOSE_LIMIT_MS = 1000;

/**
 * One engine process from its start to its end; never restarted (the supervisor makes a new one). Whatever goes wrong with the process as a whole
 * (exit, hang, bytes that are no message) kills it, fails what is in flight and is told to `onEnd`, once.
 */
export class EngineClient {
  readonly #options: EngineClientOptions;
  readonly #onEnd: (error: FramewatchError) => void;
  readonly #decoder = new WireDecoder();
  readonly #lines: LineLog;
  /** In the order sent, which is the order of the answers. */
  readonly #pending = new Map<number, Pending>();
  /** Answers that wait until the request behind them is out. */
  readonly #held: (() => void)[] = [];
  #child: ChildProcess | undefined;
  #pipe: Duplex | undefined;
  #exited: Promise<void> = Promise.resolve();
  #start: { resolve(info: EngineInfo): void; reject(error: FramewatchError): void } | undefined;
  #info: EngineInfo | undefined;
  #nextId = 1;
  #limit: Timer | undefined;
  #end: FramewatchError | undefined;
  #closing = false;

  constructor(options: EngineClientOptions, onEnd: (error: FramewatchError) => void) {
    this.#options = options;
    this.#onEnd = onEnd;
    this.#lines = new LineLog(options.clock, (line) => options.log.info({ line }, 'the engine process printed'));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Spawns the process and waits until it is warm. Throws what it says (MODEL_*, ENGINE_*), or ENGINE_START_FAILED when it cannot say anything. */
  start(): Promise<EngineInfo> {
    return new Promise<EngineInfo>((resolve, reject) => {
      this.#start = { resolve, reject };
      const { startLimitMs, clock } = this.#options;
      this.#limit = afterOwnTime(clock, startLimitMs, () => {
        this.#fail(new FramewatchError('ENGINE_START_FAILED', `the engine process was not ready within ${startLimitMs / 1000} s`));
      });
      this.#spawn();
      this.#send('init', this.#options.init);
    });
  }

  /** Throws FramewatchError ENGINE_DIED, ENGINE_TIMEOUT, ENGINE_PROTOCOL (all three end the process), ENGINE_OUT_OF_MEMORY, ENGINE_INFERENCE_FAILED. */
  classify(input: EngineInput): Promise<EngineOutput> {
    if (this.#end || this.#closing) return Promise.reject(this.#end ?? new FramewatchError('ENGINE_DIED', 'the engine was closed'));
    const { count, paddedTo, pixels } = input;
    const limitMs = Math.max(this.#options.hangLimitMs, COST_FACTOR_OF_A_HANG * (this.#info?.costMs[paddedTo] ?? 0));
    return new Promise<EngineOutput>((resolve, reject) => {
      const requestId = this.#send('classify', { count, paddedTo }, pixels);
      this.#pending.set(requestId, { limitMs, count, resolve, reject });
      if (this.#pending.size === 1) this.#watchFirst();
    });
  }

  /** Lets the process answer what it has and end by itself, kills it after `closeLimitMs`; resolves when it is gone. Idempotent; never tells `onEnd`. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      if (this.#info && !this.#end) {
        this.#send('close', null);
        this.#limit?.cancel();
        this.#limit = this.#options.clock.setTimer(this.#options.closeLimitMs ?? CLOSE_LIMIT_MS, () => this.kill());
      } else this.kill();
    }
    await this.#exited;
  }

  /** At once, whatever it does: a native call can be interrupted by nothing less. */
  kill(): void {
    // A child that could not be started has no pid; Node would signal whatever number lies in memory, often 0: the daemon's own process group.
    if (this.#child?.pid !== undefined) this.#child.kill('SIGKILL');
  }

  /** A process that cannot even begin (no descriptor left, no such file) fails the start like one that dies: it never throws. */
  #spawn(): void {
    let child: ChildProcess;
    try {
      child = spawn(process.execPath, [this.#options.entryPoint], { env: engineEnvironment(process.env), stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    } catch (error) {
      this.#fail(notStarted(error));
      return;
    }
    this.#child = child;
    killAtExit(child);
    this.#exited = new Promise((resolve) => {
      // 'close' comes after the last byte of every pipe, so the last words are in the log before the death is told.
      child.once('close', (code, signal) => {
        this.#lines.end();
        this.#fail(this.#deathOf(code, signal));
        resolve();
      });
      child.on('error', (error) => {
        this.#fail(notStarted(error));
        // Without a process there may be no 'close' either.
        if (child.pid === undefined) resolve();
      });
    });
    // Without descriptors there are no streams at all, whatever the types say.
    const [, stdout, stderr, pipe] = (child.stdio as ChildProcess['stdio'] | undefined) ?? [];
    for (const output of [stdout, stderr] as (Readable | null | undefined)[]) {
      output?.setEncoding('utf8').on('data', (text: string) => this.#lines.push(text));
    }
    this.#listen(pipe as Duplex | null | undefined);
  }

  #listen(pipe: Duplex | null | undefined): void {
    if (!pipe) return;
    this.#pipe = pipe;
    pipe.on('data', (chunk: Buffer) => this.#receive(chunk));
    pipe.on('drain', () => this.#letGo());
    // A process that dies closes its end while we write; the exit tells more than EPIPE does.
    pipe.on('error', () => pipe.destroy());
  }

  #send(type: MessageType, head: unknown, payload?: Uint8Array): number {
    const requestId = this.#nextId;
    this.#nextId = requestId === 0xffffffff ? 1 : requestId + 1;
    for (const part of encodeMessage(type, requestId, head, payload)) this.#pipe?.write(part);
    return requestId;
  }

  #receive(chunk: Buffer): void {
    if (this.#end) return;
    try {
      for (const message of this.#decoder.push(chunk)) this.#take(message);
    } catch (error) {
      this.#fail(
        error instanceof FramewatchError
          ? error
          : new FramewatchError('ENGINE_PROTOCOL', 'an answer of the engine process makes no sense', { cause: error }),
      );
    }
  }

  #take(message: WireMessage): void {
    if (message.type === 'ready') {
      this.#limit?.cancel();
      this.#info = message.head as EngineInfo;
      this.#start?.resolve(this.#info);
      this.#start = undefined;
      return;
    }
    if (message.type === 'failed') {
      this.#fail(errorFromHead(message.head));
      return;
    }
    const pending = this.#pending.get(message.requestId);
    if (!pending) throw new FramewatchError('ENGINE_PROTOCOL', `the engine process answered request ${message.requestId}, which nobody made`);
    this.#pending.delete(message.requestId);
    this.#watchFirst();
    if (message.type === 'error') {
      const error = errorFromHead(message.head);
      pending.reject(error);
      if (error.code === 'ENGINE_PROTOCOL') this.#fail(error);
      return;
    }
    this.#deliver(pending, message);
  }

  #deliver(pending: Pending, message: WireMessage): void {
    const { inferenceMs, probabilities: scores, features: values } = message.head as ResultHead;
    if ((scores + values) * 4 !== message.payload.length)
      throw new FramewatchError('ENGINE_PROTOCOL', 'a result of the engine process has another length than it says');
    const { buffer, byteOffset } = message.payload;
    const probabilities = new Float32Array(buffer as ArrayBuffer, byteOffset, scores);
    const features = values > 0 ? new Float32Array(buffer as ArrayBuffer, byteOffset + scores * 4, values) : null;
    try {
      checkProbabilities(probabilities, pending.count, this.#info?.labels.length ?? 0);
    } catch (error) {
      pending.reject(error as FramewatchError);
      return;
    }
    this.#hold(() => pending.resolve({ probabilities, features, inferenceMs }));
  }

  /**
   * The bytes of the next batch go first. The engine stands still until it has them, and what is done with an answer takes this thread for
   * milliseconds in which nothing would be written.
   */
  #hold(answer: () => void): void {
    this.#held.push(answer);
    if (this.#pipe?.writableNeedDrain !== true) this.#letGo();
  }

  #letGo(): void {
    for (const answer of this.#held.splice(0)) answer();
  }

  /** Only the first request in the queue is running, so only its time counts. */
  #watchFirst(): void {
    if (this.#closing) return;
    this.#limit?.cancel();
    const [first] = this.#pending.values();
    if (!first) return;
    this.#limit = afterOwnTime(this.#options.clock, first.limitMs, () => {
      this.#fail(new FramewatchError('ENGINE_TIMEOUT', `the engine did not answer within ${Math.round(first.limitMs)} ms and was killed`));
    });
  }

  /** The process is of no use any more. */
  #fail(error: FramewatchError): void {
    if (this.#end) return;
    this.#end = error;
    this.kill();
    this.#limit?.cancel();
    this.#start?.reject(error);
    this.#start = undefined;
    this.#letGo();
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    if (!this.#closing) this.#onEnd(error);
  }

  #deathOf(code: number | null, signal: NodeJS.Signals | null): FramewatchError {
    const how = signal === null ? `exited with code ${code ?? '?'}` : `was ended by ${signal}`;
    const words = this.#lines.tail === '' ? '' : `; its last words: ${this.#lines.tail}`;
    return this.#info
      ? new FramewatchError('ENGINE_DIED', `the engine process ${how}${words}`)
      : new FramewatchError('ENGINE_START_FAILED', `the engine process ${how} before it was ready${words}`);
  }
}

function notStarted(cause: unknown): FramewatchError {
  return new FramewatchError('ENGINE_START_FAILED', `the engine process could not be started: ${messageOf(cause)}`, { cause });
}
