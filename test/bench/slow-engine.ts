import type { EngineInfo, EngineInput, EngineOutput } from '../../src/engine/engine.ts';
import type { VirtualClock } from '../helpers/virtual-clock.ts';

/** Runs one batch at a time; another may wait. */
export class SlowEngine {
  readonly info: EngineInfo;
  readonly #clock: VirtualClock;
  readonly #msOf: (size: number) => number;
  #freeMono = 0;
  waiting = 0;
  most = 0;
  readonly inputs: EngineInput[] = [];

  constructor(clock: VirtualClock, ms: number | ((size: number) => number), info: Partial<EngineInfo> = {}) {
    this.#clock = clock;
    this.#msOf = typeof ms === 'number' ? () => ms : ms;
    this.info = { inputSize: 4, ...info } as EngineInfo;
  }

  async classify(input: EngineInput): Promise<EngineOutput> {
    const ms = this.#msOf(input.paddedTo);
    this.inputs.push(input);
    this.waiting += 1;
    this.most = Math.max(this.most, this.waiting);
    this.#freeMono = Math.max(this.#clock.monotonicMs(), this.#freeMono) + ms;
    await new Promise<void>((resolve) => this.#clock.setTimer(this.#freeMono - this.#clock.monotonicMs(), resolve));
    this.waiting -= 1;
    return { probabilities: new Float32Array(), features: null, inferenceMs: ms };
  }
}
