import type { EngineInfo, EngineInput, EngineOutput } from '../../src/engine/engine.ts';
import type { RecoveringEngine } from '../../src/engine/process/batch-outcome.ts';
import type { EngineInit } from '../../src/engine/process/engine-messages.ts';
import { builtEntryPoint } from '../../src/util/entry-point.ts';
import { type ErrorCode, FramewatchError } from '../../src/util/errors.ts';

const PUPPET_LABELS = ['a', 'b', 'c', 'd', 'e'] as const;

/** First bytes of a picture that make a puppet misbehave; any other byte `n` gets label `n % 5` with a score of 1. */
export const COMMANDS = {
  throws: 201,
  notANumber: 202,
  wrongShape: 203,
  outOfMemory: 204,
  hangs: 205,
  segfaults: 206,
  exits: 207,
  poisons: 208,
} as const;

const puppetInfo: EngineInfo = {
  backend: 'wasm',
  device: 'cpu',
  precision: 'float32',
  threads: 1,
  model: 'puppet',
  sha256: '0'.repeat(64),
  labels: PUPPET_LABELS,
  inputSize: 8,
  fit: 'stretch',
  batchSizes: [1, 2, 4, 8, 16],
  costMs: { 1: 10, 2: 12, 4: 16, 8: 24, 16: 40 },
  fallback: null,
  selfTest: 'golden',
};

/** The built engine process with a backend that obeys. */
export const PUPPET_PROCESS: string = new URL('./puppet-engine-process.mjs', import.meta.url).pathname;
/** Where the puppet process takes the program's own code from. */
export const BUILT_ENGINE_MAIN: string = builtEntryPoint(new URL('../../src/engine/process/engine-client.ts', import.meta.url).href, 'engine-main');

export interface PuppetSettings {
  readonly inputSize?: number;
  readonly msPerBatch?: number;
  readonly msPerPicture?: number;
  /** Batches of this size and above find no memory. */
  readonly outOfMemoryAt?: number;
  /** Preparing for this size and above finds no memory. */
  readonly prepareOutOfMemoryAt?: number;
  /** Counts starts in this file, for the settings that depend on how often it was started. */
  readonly countFile?: string;
  /** Opening fails with this code, from the start with this number on. */
  readonly failOpen?: ErrorCode;
  readonly failFromStart?: number;
  /** The first starts exit at once. */
  readonly crashOpen?: number;
  /** The self-test fails at this batch size. */
  readonly selfTestFailsAt?: number;
  readonly hangOpen?: boolean;
  /** Why it runs otherwise than it was asked to. */
  readonly fallback?: string;
}

export function puppetInit(settings: PuppetSettings = {}, init: Partial<EngineInit> = {}): EngineInit {
  return {
    model: JSON.stringify(settings),
    modelsDir: '',
    stateDir: '',
    backend: 'auto',
    device: 'auto',
    onUnavailable: 'fail',
    precision: 'auto',
    threads: 0,
    batchSizes: [1, 2, 4, 8, 16],
    features: false,
    ...init,
  };
}

/** Pictures of 8 × 8 in one colour each, padded with zeros. */
export function puppetInput(bytes: readonly number[], paddedTo: number = bytes.length, inputSize: number = 8): EngineInput {
  const pixels = new Uint8Array(paddedTo * inputSize ** 2 * 3);
  for (const [row, byte] of bytes.entries()) pixels.fill(byte, row * inputSize ** 2 * 3, (row + 1) * inputSize ** 2 * 3);
  return { pixels, count: bytes.length, paddedTo };
}

/** What a puppet says of pictures with these first bytes. */
function puppetOutput(bytes: readonly number[]): EngineOutput {
  const probabilities = new Float32Array(bytes.length * PUPPET_LABELS.length);
  bytes.forEach((byte, row) => {
    probabilities[row * PUPPET_LABELS.length + (byte % PUPPET_LABELS.length)] = 1;
  });
  return { probabilities, features: null, inferenceMs: 1 };
}

export interface PuppetRequest {
  /** First byte of each picture, padding included. */
  readonly bytes: readonly number[];
  readonly count: number;
  readonly paddedTo: number;
  answer(): void;
  fail(code: ErrorCode): void;
}

/**
 * An engine in this process, for everybody downstream of one. Answers by itself (`onRequest` may decide otherwise and throw), or waits to be cranked
 * by hand when `onRequest` gives `'hold'`.
 */
export class PuppetEngine implements RecoveringEngine {
  readonly requests: PuppetRequest[] = [];
  info: EngineInfo;
  onRequest: (request: PuppetRequest) => 'answer' | 'hold' = () => 'answer';
  #available = true;
  readonly #waiting = new Set<() => void>();

  constructor(info: EngineInfo = puppetInfo) {
    this.info = info;
  }

  get available(): boolean {
    return this.#available;
  }

  set available(available: boolean) {
    this.#available = available;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** How many wait for it to become available. */
  get waiting(): number {
    return this.#waiting.size;
  }

  async classify(input: EngineInput): Promise<EngineOutput> {
    if (!this.#available) throw new FramewatchError('ENGINE_DIED', 'the puppet is away');
    const pictureBytes = this.info.inputSize ** 2 * 3;
    const bytes = Array.from({ length: input.paddedTo }, (_, row) => input.pixels[row * pictureBytes] ?? -1);
    return await new Promise((resolve, reject) => {
      const request: PuppetRequest = {
        bytes,
        count: input.count,
        paddedTo: input.paddedTo,
        answer: () => resolve(puppetOutput(bytes.slice(0, input.count))),
        fail: (code) => reject(new FramewatchError(code, `the puppet fails with ${code}`)),
      };
      this.requests.push(request);
      if (this.onRequest(request) === 'answer') request.answer();
    });
  }

  /** `limitMs` above 0 waits until `available` is set, whatever the clock says: tests crank it. */
  whenAvailable(limitMs: number): Promise<boolean> {
    if (this.#available || limitMs <= 0) return Promise.resolve(this.#available);
    return new Promise((resolve) => this.#waiting.add(() => resolve(this.#available)));
  }
}
