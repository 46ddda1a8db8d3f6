import type { CameraConfig } from '../../src/config/config.ts';
import type { CoverageChange, CoverageState } from '../../src/events/coverage.ts';
import { CoverageRecord } from '../../src/monitor/coverage-record.ts';
import type { CoverageEnds, CoverageQuery, CoverageStore } from '../../src/store/coverage-store.ts';
import type { CameraState } from '../../src/stream/camera-status.ts';
import type { Clock, Timer } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';

/** A clock that moves when told, and calls what became due at once, however late. */
export class SteppingClock implements Clock {
  mono: number = 5_000;
  wall: number;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  constructor(wall: number) {
    this.wall = wall;
  }

  monotonicMs(): number {
    return this.mono;
  }

  wallMs(): number {
    return this.wall;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const timer = { at: this.mono + delayMs, fire };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Time passes; nothing is called. */
  pass(ms: number): void {
    this.mono += ms;
    this.wall += ms;
  }

  forgetTimers(): void {
    this.#timers.clear();
  }

  fireDue(): void {
    for (const timer of [...this.#timers]) {
      if (timer.at > this.mono) continue;
      this.#timers.delete(timer);
      timer.fire();
    }
  }
}

/** The record as plain arrays. */
export class MemoryCoverage implements CoverageStore {
  readonly unrecorded: number = 0;
  readonly entries: Map<string, readonly CoverageChange[]> = new Map();
  aliveMs: number | null = null;
  beforeQuery: () => Promise<void> = () => Promise.resolve();

  record(changes: readonly CoverageChange[], aliveMs: number): void {
    for (const change of changes) {
      const before = (this.entries.get(change.camera) ?? []).filter(({ since }) => since < change.since);
      this.entries.set(change.camera, [...before, change]);
    }
    this.aliveMs = aliveMs;
  }

  async query({ camera, sinceMs, untilMs }: CoverageQuery): Promise<readonly CoverageChange[]> {
    await this.beforeQuery();
    return [...this.entries].flatMap(([id, entries]) => {
      if (camera !== undefined && camera !== id) return [];
      const first = entries.findLastIndex(({ since }) => since <= sinceMs);
      return entries.slice(Math.max(0, first)).filter(({ since }) => since < untilMs);
    });
  }

  async ends(): Promise<CoverageEnds> {
    return { changes: [...this.entries.values()].flatMap((entries) => entries.slice(-1)), aliveMs: this.aliveMs };
  }
}

export function camera(id: string, over: Partial<CameraConfig> = {}): CameraConfig {
  return {
    ...{ id, name: id, enabled: true, url: 'rtsp://127.0.0.1/x', username: null, password: null, liveUrl: null, transport: 'tcp' },
    ...{ sampleFps: 2, decode: 'auto', maxLatencyMs: 500, weight: 1, frameWidth: 8, motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 } },
    ...{ regions: [{ id: 'full', crop: null, heads: [] }], rules: [] },
    ...over,
  };
}

export interface Told {
  readonly camera: string;
  readonly state: CoverageState;
  readonly since: string;
  readonly reason: string | null;
}

/** A daemon's record of coverage on a clock of its own; it can end, die and begin again on the same store. */
export class CoverageWorld {
  readonly clock: SteppingClock;
  readonly store: MemoryCoverage = new MemoryCoverage();
  readonly published: Told[] = [];
  readonly changed: string[] = [];
  storeId: string = 'store-1';
  record: CoverageRecord;

  constructor(wall: number = Date.UTC(2026, 10, 22, 10)) {
    this.clock = new SteppingClock(wall);
    this.record = this.#newRecord();
  }

  /** A process begins; one that was not closed died before. */
  async start(cameras: readonly CameraConfig[]): Promise<void> {
    this.clock.forgetTimers();
    this.record = this.#newRecord();
    await this.record.start(cameras.map(({ id }) => id));
    for (const each of cameras) this.record.enter(each);
  }

  source(cameraId: string, state: CameraState, decode: 'all' | 'keyframes' = 'all'): void {
    this.record.source({
      ...{ cameraId, state, decode, since: this.clock.wall, error: null, nextTryAt: null, restarts: 0, codec: null, sourceWidth: null },
      ...{ sourceHeight: null, framesPerSecond: null, keyFrameIntervalMs: null, decodeAgeMs: null },
    });
  }

  /** Lets `ms` pass in steps of `everyMs`, with `each` called after each step. */
  run(ms: number, everyMs: number, each: () => void = () => undefined): void {
    for (let left = ms; left > 0; left -= everyMs) {
      this.clock.pass(Math.min(left, everyMs));
      this.clock.fireDue();
      each();
    }
  }

  /** A frame that came `ageMs` ago is judged. */
  judge(cameraId: string, ageMs: number = 80, region: string = 'full'): void {
    this.record.received(cameraId);
    this.record.judged(cameraId, region, this.clock.mono - ageMs);
  }

  /** Live, and judged every `everyMs`, for `ms`. */
  watch(cameraId: string, ms: number, everyMs: number = 500): void {
    this.source(cameraId, 'live');
    this.run(ms, everyMs, () => this.judge(cameraId));
  }

  /** What the record says of a camera, as `state reason since`, with `since` in seconds from `from`. */
  told(cameraId: string, from: number): readonly string[] {
    return (this.store.entries.get(cameraId) ?? []).map(({ state, reason, since }) => {
      const words = reason === null ? `${state}` : `${state} ${reason}`;
      return `${words} ${Math.round((since - from) / 100) / 10}`;
    });
  }

  #newRecord(): CoverageRecord {
    const world = this;
    return new CoverageRecord({
      history: {
        coverage: this.store,
        get storeId() {
          return world.storeId;
        },
      },
      publisher: { publishCoverage: (message) => void this.published.push(message) },
      metrics: { coverage: () => undefined },
      changed: (id) => void this.changed.push(id),
      clock: this.clock,
      logger: silentLogger,
    });
  }
}
