import { randomInt } from 'node:crypto';
import type { CameraConfig } from '../config/config.ts';
import type { OutsideReason } from '../events/end-reason.ts';
import type { Classification } from '../events/label-event.ts';
import { maxGapMs } from '../events/rule-tracker.ts';
import { MOST_WHOLE_LABELS, type TracedChunk, type TraceSession } from '../events/score-trace.ts';
import { TraceEncoder } from '../events/trace-encoder.ts';
import type { ScoreTraceStore } from '../store/score-trace-store.ts';
import type { Clock } from '../util/clock.ts';
import { repeat } from './repeat.ts';

export interface ScoreRecorderParts {
  readonly store: Pick<ScoreTraceStore, 'record'>;
  readonly clock: Clock;
}

/** So much may be lost when the daemon dies. */
const WRITE_MS = 60_000;
const MOST_KEY = 2 ** 47;

interface TracedCamera {
  readonly config: CameraConfig;
  /** By region. */
  readonly encoders: Map<string, TraceEncoder>;
  /** Regions without a frame yet: what labels there are is not known, and their sessions have none. */
  readonly unseen: Set<string>;
}

/** Writes down what every judge was told, frame by frame and break by break, and hands it to the store once a minute. Owns one timer. Never throws or blocks. */
export class ScoreRecorder {
  readonly #parts: ScoreRecorderParts;
  readonly #cameras = new Map<string, TracedCamera>();
  /** Those that this daemon has begun once. */
  readonly #known = new Set<string>();
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(parts: ScoreRecorderParts) {
    this.#parts = parts;
  }

  start(): void {
    if (!this.#closed) this.#cancel = repeat(this.#parts.clock, WRITE_MS, () => this.#write());
  }

  /** A camera has a new judge: a session begins in each of its regions, and another one with its first frame. */
  begin(config: CameraConfig): void {
    if (this.#closed) return;
    this.#write(config.id);
    const ids = config.regions.map(({ id }) => id);
    const encoders = new Map(ids.map((id) => [id, new TraceEncoder(sessionOf(config, id, []))]));
    this.#cameras.set(config.id, { config, encoders, unseen: new Set(ids) });
    if (this.#known.has(config.id)) return;
    this.#known.add(config.id);
    const { clock } = this.#parts;
    // The daemon of before may have died without a word, and a frame may never come: here at the latest its events ended.
    this.interrupted(config.id, 'recovered', clock.monotonicMs(), clock.wallMs());
    this.#write(config.id);
  }

  /** What the store does not have yet, or not in full: the newest part of each region. Changes nothing. */
  unwritten(camera: string): readonly TracedChunk[] {
    const parts: TracedChunk[] = [];
    for (const encoder of this.#cameras.get(camera)?.encoders.values() ?? []) {
      const chunk = encoder.peek();
      if (chunk) parts.push({ session: encoder.session, chunk });
    }
    return parts;
  }

  /** The judge was told of a frame. */
  judged({ camera, region, frame, scores }: Classification): void {
    const traced = this.#cameras.get(camera);
    if (!traced || this.#closed) return;
    if (traced.unseen.delete(region)) this.#see(traced, region, scores.map(({ label }) => label).sort());
    const encoder = traced.encoders.get(region);
    if (!encoder) return;
    encoder.frame({ mono: frame.receivedMono, wall: frame.receivedAt, sequence: frame.sequence, scores });
    if (encoder.isFull) this.#hand([encoder], 'whole');
  }

  /** The judge was told to end everything. */
  interrupted(camera: string, reason: OutsideReason, mono: number, wall: number): void {
    for (const encoder of this.#cameras.get(camera)?.encoders.values() ?? []) {
      encoder.interruption(reason, mono, wall);
      if (encoder.isFull) this.#hand([encoder], 'whole');
    }
  }

  /** The camera's judge is gone. */
  end(camera: string): void {
    this.#write(camera);
    this.#cameras.delete(camera);
  }

  /** Hands over what there is, and takes nothing more. Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#write();
    this.#closed = true;
    this.#cameras.clear();
  }

  #see({ config, encoders }: TracedCamera, region: string, labels: readonly string[]): void {
    const without = encoders.get(region);
    if (without) this.#hand([without], 'whole');
    encoders.set(region, new TraceEncoder(sessionOf(config, region, labels)));
  }

  #write(camera?: string): void {
    const cameras = camera === undefined ? [...this.#cameras.values()] : [this.#cameras.get(camera)];
    this.#hand(
      cameras.flatMap((traced) => [...(traced?.encoders.values() ?? [])]),
      'soFar',
    );
  }

  #hand(encoders: readonly TraceEncoder[], how: 'whole' | 'soFar'): void {
    const parts: TracedChunk[] = [];
    for (const encoder of encoders) {
      const chunk = how === 'whole' ? encoder.take() : encoder.look();
      if (chunk) parts.push({ session: encoder.session, chunk });
    }
    if (parts.length > 0) this.#parts.store.record(parts);
  }
}

function sessionOf({ id, sampleFps, rules }: CameraConfig, region: string, labels: readonly string[]): TraceSession {
  const own = rules.filter(({ regions }) => regions.includes(region));
  const whole = labels.length <= MOST_WHOLE_LABELS;
  const known = new Set(labels);
  return {
    ...{ key: randomInt(MOST_KEY), camera: id, region, maxGapMs: maxGapMs(sampleFps), whole },
    labels: whole ? labels : [...new Set(rules.flatMap((rule) => rule.labels))].filter((label) => known.has(label)),
    // A label that the network does not know counts nothing, as in the rule itself: its group says so for ever.
    groups: own.map((rule) => rule.labels).filter((group, index, all) => isTakenAsGroup(group, known) && index === firstOf(all, group)),
  };
}

function isTakenAsGroup(labels: readonly string[], known: ReadonlySet<string>): boolean {
  return labels.length > 1 || labels.some((label) => !known.has(label));
}

/** Of the groups with these labels, the place of the first. */
function firstOf(groups: readonly (readonly string[])[], labels: readonly string[]): number {
  const name = [...labels].sort().join('\n');
  return groups.findIndex((other) => [...other].sort().join('\n') === name);
}
