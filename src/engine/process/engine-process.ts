import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { systemClock } from '../../util/clock.ts';
import { FramewatchError } from '../../util/errors.ts';
import type { Backend, BackendOutput, LocalModel } from '../backend.ts';
import type { EngineInfo, SelfTestKind } from '../engine.ts';
import { BufferPool } from './buffer-pool.ts';
import { type ClassifyHead, type EngineInit, errorToHead, type ResultHead } from './engine-messages.ts';
import { warmUp } from './warm-up.ts';
import { encodeMessage, type MessageType, WireDecoder, type WireMessage } from './wire.ts';

/** What the engine process serves, opened and ready to run. */
export interface OpenedEngine {
  readonly model: Pick<LocalModel, 'name' | 'sha256' | 'labels' | 'inputSize' | 'fit' | 'featureSize'>;
  readonly backend: Backend;
  /** As in `EngineInfo`. */
  readonly fallback: string | null;
  readonly selfTestKind: SelfTestKind;
  /**
   * Classifies known pictures on `backend` (the one above, observed) in batches of `size`: one batch, or as many as show all pictures.
   * Throws FramewatchError MODEL_SELF_TEST_FAILED.
   */
  selfTest(backend: Backend, size: number, pictures: 'one batch' | 'all'): Promise<void>;
}

/** Finds the model and loads it. Throws FramewatchError MODEL_* or ENGINE_*. */
export type OpenEngine = (init: EngineInit) => Promise<OpenedEngine>;

/** The descriptor of the pipe: stdout and stderr belong to native libraries, which print what they like. */
export const ENGINE_PIPE_FD = 3;
const READ_BUFFER_BYTES = 256 * 1024;
/** Timed runs of a warm-up, all sizes together: an engine that hung must be replaced within 15 s. The running daemon goes on measuring. */
const WARM_UP_BUDGET_MS = 2000;
/** The daemon sends one request ahead; whoever sends many gets a refusal instead of our memory. */
const MAX_QUEUED = 8;
/** One batch runs, one waits. */
const KEPT_BUFFERS = 2;

/**
 * The main program of the engine process: reads requests from the pipe, answers in their order, ends when the pipe closes, so that no engine
 * outlives its daemon. Signals that a terminal or `timeout` sends to the whole process group are ignored: the daemon decides when its engine goes.
 */
export function serveEngine(open: OpenEngine): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // Small answers are written by the kernel at once, so the parent has a result before the next native call blocks this thread.
  const session = new EngineSession(open, (parts) => {
    for (const part of parts) socket.write(part);
  });
  // One read buffer for ever instead of a new one every 64 KB.
  const onread: OnReadOpts = {
    buffer: new Uint8Array(READ_BUFFER_BYTES),
    callback(bytes, buffer) {
      session.receive(buffer.subarray(0, bytes));
      return true;
    },
  };
  const options: SocketConstructorOpts & { onread: OnReadOpts } = { fd: ENGINE_PIPE_FD, readable: true, writable: true, onread };
  const socket = new Socket(options);
  socket.on('error', () => socket.destroy());
  // Not process.exit: it runs the destructors of native libraries, and those of some GPU libraries hang.
  socket.on('close', () => process.kill(process.pid, 'SIGKILL'));
  socket.resume();
}

class EngineSession {
  readonly #open: OpenEngine;
  readonly #write: (parts: readonly Uint8Array[]) => void;
  readonly #pool = new BufferPool(KEPT_BUFFERS);
  readonly #decoder = new WireDecoder({ allocate: (bytes) => this.#pool.take(bytes) });
  readonly #queue: WireMessage[] = [];
  #busy = false;
  #engine: OpenedEngine | undefined;

  constructor(open: OpenEngine, write: (parts: readonly Uint8Array[]) => void) {
    this.#open = open;
    this.#write = write;
  }

  receive(chunk: Uint8Array): void {
    for (const message of this.#decoder.push(chunk)) {
      if (message.type !== 'close' && this.#queue.length >= MAX_QUEUED) {
        this.#sendError(
          'error',
          message.requestId,
          new FramewatchError('ENGINE_PROTOCOL', `more than ${MAX_QUEUED} requests wait in the engine process`),
        );
      } else this.#queue.push(message);
    }
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    for (let message = this.#queue.shift(); message; message = this.#queue.shift()) await this.#answer(message);
    this.#busy = false;
  }

  async #answer(message: WireMessage): Promise<void> {
    const { type, requestId } = message;
    try {
      if (type === 'init') this.#send('ready', requestId, await this.#load(message.head as EngineInit));
      else if (type === 'classify') await this.#classify(message);
      else if (type === 'close') await this.#close();
      else throw new FramewatchError('ENGINE_PROTOCOL', `the engine process does not answer ${type}`);
    } catch (error) {
      if (type === 'init') this.#sendError('failed', requestId, error);
      else this.#sendError('error', requestId, error);
    }
  }

  async #load(init: EngineInit): Promise<EngineInfo> {
    const engine = await this.#open(init);
    const { model, backend } = engine;
    const pictureBytes = model.inputSize * model.inputSize * 3;
    const outcome = await warmUp({
      batchSizes: init.batchSizes,
      budgetMs: WARM_UP_BUDGET_MS,
      clock: systemClock,
      firstRun: async (size) => {
        await backend.prepare?.(size);
        const observed = new ObservedBackend(backend);
        // All pictures where they are cheapest, then one batch a size: a slow network (WASM) pays for each row.
        await engine.selfTest(observed, size, size === init.batchSizes[0] ? 'all' : 'one batch');
        return observed.lastRunMs;
      },
      run: async (size) => {
        const pixels = this.#pool.take(size * pictureBytes);
        await backend.run(pixels, size);
        this.#pool.give(pixels);
      },
    });
    this.#engine = engine;
    return {
      backend: backend.name,
      device: backend.device,
      precision: backend.precision,
      threads: backend.threads,
      ...(backend.provider === undefined ? {} : { provider: backend.provider }),
      model: model.name,
      sha256: model.sha256,
      labels: model.labels,
      inputSize: model.inputSize,
      fit: model.fit,
      batchSizes: outcome.batchSizes,
      costMs: outcome.costMs,
      fallback: engine.fallback,
      selfTest: engine.selfTestKind,
    };
  }

  async #classify(message: WireMessage): Promise<void> {
    if (!this.#engine) throw new FramewatchError('ENGINE_PROTOCOL', 'the engine process was asked to classify before it was ready');
    const { count, paddedTo } = message.head as ClassifyHead;
    const { model, backend } = this.#engine;
    if (!(count >= 1 && count <= paddedTo) || message.payload.length !== paddedTo * model.inputSize ** 2 * 3) {
      throw new FramewatchError(
        'ENGINE_PROTOCOL',
        `${message.payload.length} bytes are not ${paddedTo} pictures of ${model.inputSize} × ${model.inputSize}`,
      );
    }
    const start = performance.now();
    const output = await backend.run(message.payload, paddedTo);
    const inferenceMs = performance.now() - start;
    this.#pool.give(message.payload);
    // Rows of padding stay here. A wrong number of rows is passed on as it is: the parent judges it.
    const wanted = output.probabilities.length === paddedTo * model.labels.length ? count : paddedTo;
    const probabilities = output.probabilities.subarray(0, wanted * model.labels.length);
    const features = output.features?.subarray(0, wanted * (model.featureSize ?? 0));
    const head: ResultHead = { inferenceMs, probabilities: probabilities.length, features: features?.length ?? 0 };
    this.#send('result', message.requestId, head, features ? join(probabilities, features) : bytesOf(probabilities));
  }

  async #close(): Promise<void> {
    await this.#engine?.backend.close();
    process.exit(0);
  }

  #send(type: MessageType, requestId: number, head: unknown, payload?: Uint8Array): void {
    this.#write(encodeMessage(type, requestId, head, payload));
  }

  #sendError(type: 'failed' | 'error', requestId: number, error: unknown): void {
    this.#send(type, requestId, errorToHead(error, type === 'failed' ? 'ENGINE_START_FAILED' : 'ENGINE_INFERENCE_FAILED'));
  }
}

/** Tells how long the last run took. */
class ObservedBackend implements Backend {
  readonly #backend: Backend;
  lastRunMs = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get name(): Backend['name'] {
    return this.#backend.name;
  }

  get device(): Backend['device'] {
    return this.#backend.device;
  }

  get precision(): Backend['precision'] {
    return this.#backend.precision;
  }

  get threads(): number {
    return this.#backend.threads;
  }

  async run(pixels: Uint8Array, size: number, features?: boolean): Promise<BackendOutput> {
    const start = performance.now();
    const output = await this.#backend.run(pixels, size, features);
    this.lastRunMs = performance.now() - start;
    return output;
  }

  close(): Promise<void> {
    return this.#backend.close();
  }
}

function bytesOf(floats: Float32Array): Uint8Array {
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}

function join(first: Float32Array, second: Float32Array): Uint8Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return bytesOf(both);
}
