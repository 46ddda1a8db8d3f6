import type { CameraView } from '../http/monitor-view.ts';
import { type Clock, delay } from '../util/clock.ts';
import type { WatchedCamera } from './daemon-config.ts';
import { type CameraRates, figuresOf, offeredPerSecond } from './figures.ts';
import { isClearlyOver, type Judgement, judge } from './judgement.ts';
import type { MeasuredDaemon } from './measured-daemon.ts';
import type { Sight } from './sight.ts';
import type { Load, Step } from './step.ts';
import type { VerdictFeed } from './verdict-feed.ts';

/** Where pictures come from. */
export interface CameraSupply {
  /** Of the process that makes them; null when there is not one. */
  readonly pid: number | null;
  readonly rates: CameraRates;
  url(index: number, sampleFps: number): string;
}

export interface LoadRunnerOptions {
  readonly daemon: Pick<MeasuredDaemon, 'watch' | 'cameras' | 'look'>;
  readonly feed: Pick<VerdictFeed, 'watch' | 'restart' | 'ledgers'>;
  readonly supply: CameraSupply;
  readonly clock: Clock;
  readonly boundMs: number;
  readonly frameWidth: number;
  readonly decode: WatchedCamera['decode'];
  /** Measured a step, after the warm-up. */
  readonly seconds: number;
  /** Whether a step that can no longer hold is ended early. */
  readonly endsEarly: boolean;
}

export interface RunLoad {
  readonly step: Step;
  readonly judgement: Judgement;
  /** The sights it lies between. */
  readonly first: Sight;
  readonly second: Sight;
}

const POLL_MS = 500;
/** After the last camera came up: the costs of the batch sizes become those of real pictures. */
const SETTLE_MS = 3000;
const FIRST_SETTLE_MS = 6000;
/** Cameras that have not come up by then do not come up under this load. */
const UP_LIMIT_MS = 12_000;
const UP_LIMIT_A_CAMERA_MS = 1500;
/** `auto` looks at a stream for 15 s before it tries to decode key frames alone. */
const MODE_LIMIT_MS = 25_000;
/** As it decides there: key frames may be so much rarer than asked for. */
const RATE_TOLERANCE = 1.1;

/** Puts a load on the measured daemon, waits until it is as it will stay, and measures. */
export class LoadRunner {
  readonly #options: LoadRunnerOptions;
  #isFirst = true;

  constructor(options: LoadRunnerOptions) {
    this.#options = options;
  }

  /** Null when `signal` aborted before it was measured. Throws what the daemon's end throws. */
  async run(load: Load, signal: AbortSignal): Promise<RunLoad | null> {
    const { daemon, feed, clock, supply, boundMs } = this.#options;
    const startMono = clock.monotonicMs();
    const cameras = this.#cameras(load);
    if (!(await daemon.watch(cameras, signal)) || !(await this.#warmUp(load, signal))) return null;
    feed.watch(cameras.map(({ id }) => id));
    const first = await daemon.look(supply.pid);
    feed.restart();
    const end = await this.#measure(load, first, signal);
    if (end === null) return null;
    const ledgers = [...feed.ledgers()];
    const second = await daemon.look(supply.pid);
    const figures = figuresOf({ load, first, second, ledgers, rates: supply.rates });
    const judgement = judge(figures, boundMs);
    const { holds, broken } = judgement;
    return { step: { ...figures, end, warmUpSeconds: (first.atMono - startMono) / 1000, holds, broken }, judgement, first, second };
  }

  #cameras({ cameras, sampleFps }: Load): WatchedCamera[] {
    const { supply, boundMs, frameWidth, decode } = this.#options;
    return Array.from({ length: cameras }, (_, index) => ({
      ...{ id: `camera${index}`, url: supply.url(index, sampleFps) },
      ...{ sampleFps, decode, frameWidth, maxLatencyMs: boundMs },
    }));
  }

  /** Not measured: until every camera is live and decoded the way it will stay. `false` when aborted. */
  async #warmUp({ cameras, sampleFps }: Load, signal: AbortSignal): Promise<boolean> {
    const { supply, decode } = this.#options;
    const areLive = (seen: readonly CameraView[]) => seen.every(({ state }) => state === 'live');
    const staysWhole = decode !== 'auto' || sampleFps > supply.rates.keyFramesPerSecond * RATE_TOLERANCE;
    const haveMode = (seen: readonly CameraView[]) => seen.every(({ stream }) => staysWhole || stream.decode === 'keyframes');
    if (!(await this.#until(areLive, UP_LIMIT_MS + cameras * UP_LIMIT_A_CAMERA_MS, signal))) return false;
    if (!(await this.#until((seen) => areLive(seen) && haveMode(seen), MODE_LIMIT_MS, signal))) return false;
    const settleMs = this.#isFirst ? FIRST_SETTLE_MS : SETTLE_MS;
    this.#isFirst = false;
    return delay(this.#options.clock, settleMs, signal);
  }

  /** Until `isSo`, or for `limitMs`: what is not so by then shows in the figures. `false` when aborted. */
  async #until(isSo: (seen: readonly CameraView[]) => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
    const { daemon, clock } = this.#options;
    const endMono = clock.monotonicMs() + limitMs;
    while (!isSo(await daemon.cameras()) && clock.monotonicMs() < endMono) if (!(await delay(clock, POLL_MS, signal))) return false;
    return !signal.aborted;
  }

  async #measure(load: Load, first: Sight, signal: AbortSignal): Promise<Step['end'] | null> {
    const { feed, clock, seconds, endsEarly, supply } = this.#options;
    const offered = offeredPerSecond(load, first.cameras, supply.rates);
    for (;;) {
      const elapsedSeconds = (clock.monotonicMs() - first.atMono) / 1000;
      if (elapsedSeconds >= seconds) return 'whole';
      const progress = { cameras: load.cameras, offeredPerSecond: offered, elapsedSeconds, plannedSeconds: seconds, ledgers: feed.ledgers() };
      if (endsEarly && isClearlyOver(progress)) return 'clearlyOver';
      if (!(await delay(clock, Math.min(POLL_MS, seconds * 1000 - elapsedSeconds * 1000), signal))) return null;
    }
  }
}
