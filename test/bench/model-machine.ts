import type { WatchedCamera } from '../../src/bench/daemon-config.ts';
import type { LoadRunnerOptions } from '../../src/bench/load-runner.ts';
import type { OpenedDaemon } from '../../src/bench/pipeline-bench.ts';
import type { LatencyLedger } from '../../src/events/label-event.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import type { VirtualClock } from '../helpers/virtual-clock.ts';
import { ledgerOf, sightOf } from './samples.ts';

export interface ModelMachineOptions {
  /** Verdicts a second that it can do; what is offered beyond is dropped, and what is judged then is late. */
  readonly framesPerSecond: number;
  /** Cameras that it can decode, whatever their rate; the others never come up. */
  readonly cameras?: number;
  /** From being told until all cameras are live, ms. */
  readonly upMs?: number;
  /** So long after that it decodes key frames only; never, when left out. */
  readonly keyFramesAfterMs?: number;
}

/** A daemon that is a formula, on a virtual clock: what its measurement must find out is known. */
export class ModelMachine {
  readonly #clock: VirtualClock;
  readonly #options: ModelMachineOptions;
  #watched: readonly WatchedCamera[] = [];
  #toldMono = 0;
  #since = 0;
  #followed = 0;
  /** Loads in the order in which they were put on. */
  readonly loads: string[] = [];
  closed = 0;

  constructor(clock: VirtualClock, options: ModelMachineOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** The parts a runner needs. */
  get opened(): OpenedDaemon & Pick<LoadRunnerOptions, 'daemon' | 'feed' | 'supply'> {
    return {
      daemon: {
        watch: (cameras, signal) => {
          this.#watched = cameras;
          this.#toldMono = this.#clock.monotonicMs();
          this.loads.push(`${cameras.length}×${cameras[0]?.sampleFps ?? 0}`);
          return Promise.resolve(!signal.aborted);
        },
        cameras: () => Promise.resolve(this.#watched.map((camera, index) => this.#view(camera, index))),
        look: () => Promise.resolve(this.#look()),
      },
      feed: {
        watch: (ids) => {
          this.#followed = ids.length;
        },
        restart: () => {
          this.#since = this.#clock.monotonicMs();
        },
        ledgers: () => this.#ledgers(),
      },
      supply: { pid: null, rates: { framesPerSecond: 25, keyFramesPerSecond: 1 }, url: (index, fps) => `rtsp://host/${index}/${fps}` },
      close: () => {
        this.closed += 1;
        return Promise.resolve();
      },
    };
  }

  get #offered(): number {
    return this.#watched.reduce((sum, { sampleFps }) => sum + sampleFps, 0);
  }

  get #judgedShare(): number {
    return Math.min(1, this.#options.framesPerSecond / this.#offered);
  }

  #isLive(index: number): boolean {
    return this.#clock.monotonicMs() >= this.#toldMono + (this.#options.upMs ?? 2000) && index < (this.#options.cameras ?? Number.POSITIVE_INFINITY);
  }

  #view({ id, sampleFps }: WatchedCamera, index: number): CameraView {
    const { upMs = 2000, keyFramesAfterMs = Number.POSITIVE_INFINITY } = this.#options;
    const decode = this.#clock.monotonicMs() >= this.#toldMono + upMs + keyFramesAfterMs ? 'keyframes' : 'all';
    return { id, sampleFps, state: this.#isLive(index) ? 'live' : 'connecting', stream: { decode } } as CameraView;
  }

  #look() {
    const seconds = this.#clock.monotonicMs() / 1000;
    const cameras = this.#watched.map(({ sampleFps }, index) => {
      const received = this.#isLive(index) ? Math.round(sampleFps * seconds) : 0;
      const judged = Math.round(received * this.#judgedShare);
      return { live: this.#isLive(index), received, judged, dropped: received > judged ? { superseded: received - judged } : {} };
    });
    const judged = cameras.reduce((sum, camera) => sum + camera.judged, 0);
    const busy = Math.min(1, this.#offered / this.#options.framesPerSecond);
    return sightOf(this.#clock.monotonicMs(), cameras, { engineBusySeconds: seconds * busy, batches: new Map([[2, Math.round(judged / 2)]]) });
  }

  #ledgers(): readonly LatencyLedger[] {
    const seconds = (this.#clock.monotonicMs() - this.#since) / 1000;
    const live = this.#watched.filter((_, index) => this.#isLive(index) && index < this.#followed);
    const rate = live.reduce((sum, { sampleFps }) => sum + sampleFps, 0) * this.#judgedShare;
    const bound = this.#watched[0]?.maxLatencyMs ?? 500;
    return Array.from({ length: Math.floor(rate * seconds) }, () => ledgerOf(this.#judgedShare < 1 ? 3 * bound : 120, bound));
  }
}
