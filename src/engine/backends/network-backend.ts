import { FramewatchError, hasCode, messageOf } from '../../util/errors.ts';
import type { Backend, BackendOutput, LocalModel } from '../backend.ts';
import type { BackendName, DeviceName, Precision } from '../engine.ts';

/** What a vendor's runtime must offer to become a Backend. */
export interface Network {
  /** As in `Backend`. May throw anything. */
  run(pixels: Uint8Array, size: number, features?: boolean): Promise<BackendOutput>;
  /** As in `Backend`. May throw anything. */
  prepare?(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface BackendFacts {
  readonly name: BackendName;
  readonly device: DeviceName;
  readonly threads: number;
  readonly provider?: string;
  /** float32 when it is not said. */
  readonly precision?: Precision;
}

/**
 * Words by which the runtimes tell that memory ended: ONNX Runtime (CPU, CUDA), TensorFlow, V8 and WASM. WebGPU gives a buffer that is invalid and
 * says so only when it is used.
 */
const OUT_OF_MEMORY =
  /out of memory|\[Invalid Buffer\b|bad_alloc|failed to allocate|memory allocation|resource exhausted|\bOOM\b|array buffer allocation failed/i;

/** The part of the contract that is the same for all: what is accepted, what a fault is called, and closing once. */
export class NetworkBackend implements Backend {
  readonly name: BackendName;
  readonly device: DeviceName;
  readonly precision: Precision;
  readonly threads: number;
  readonly provider: string | undefined;
  readonly #network: Network;
  readonly #model: LocalModel;
  #closing: Promise<void> | undefined;

  constructor(facts: BackendFacts, model: LocalModel, network: Network) {
    this.name = facts.name;
    this.device = facts.device;
    this.precision = facts.precision ?? 'float32';
    this.threads = facts.threads;
    this.provider = facts.provider;
    this.#model = model;
    this.#network = network;
  }

  async run(pixels: Uint8Array, size: number, features?: boolean): Promise<BackendOutput> {
    if (this.#closing !== undefined) throw new FramewatchError('ENGINE_INFERENCE_FAILED', `the ${this.name} backend is closed`);
    const expected = size * this.#model.inputSize ** 2 * 3;
    if (size < 1 || pixels.length !== expected) {
      throw new FramewatchError('ENGINE_INFERENCE_FAILED', `a batch of ${size} takes ${expected} bytes of pixels, not ${pixels.length}`);
    }
    let output: BackendOutput;
    try {
      output = await this.#network.run(pixels, size, features);
    } catch (error) {
      throw this.#named(error, size);
    }
    this.#check(output, size);
    return output;
  }

  async prepare(size: number): Promise<void> {
    try {
      await this.#network.prepare?.(size);
    } catch (error) {
      throw this.#named(error, size);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#network.close();
    return this.#closing;
  }

  #named(error: unknown, size: number): FramewatchError {
    if (hasCode(error, 'ENGINE_OUT_OF_MEMORY')) return error;
    const code = OUT_OF_MEMORY.test(messageOf(error)) ? 'ENGINE_OUT_OF_MEMORY' : 'ENGINE_INFERENCE_FAILED';
    return new FramewatchError(code, `${this.name} failed on a batch of ${size}: ${messageOf(error)}`, { cause: error });
  }

  #check(output: BackendOutput, size: number): void {
    const expected = size * this.#model.labels.length;
    const { probabilities } = output;
    if (probabilities.length !== expected) {
      throw new FramewatchError(
        'ENGINE_INFERENCE_FAILED',
        `${this.name} gave ${probabilities.length} probabilities for a batch of ${size}; ${expected} were expected`,
      );
    }
    if (!probabilities.every(Number.isFinite))
      throw new FramewatchError('ENGINE_INFERENCE_FAILED', `${this.name} gave a probability that is not a number`);
  }
}
