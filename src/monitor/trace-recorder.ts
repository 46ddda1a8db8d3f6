import { open, stat } from 'node:fs/promises';
import { encodeHeader, encodeRecord, type TraceEnd, type TraceHeader, type TraceRecord } from '../batching/arrival-trace.ts';
import type { Batch, BatchTiming, SlotSpec } from '../batching/batch.ts';
import type { Frame } from '../stream/frame.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Closable } from '../util/lifecycle.ts';
import type { Logger } from '../util/logger.ts';
import { type AppendTarget, LineFile } from './line-file.ts';

export interface TraceRecorderOptions {
  /** Owned by the recorder from now on. */
  readonly target: AppendTarget;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The recording ends by itself after so many ms; null: with the daemon. */
  readonly durationMs: number | null;
  /** … or before the file is larger than this. */
  readonly maxBytes: number;
  /** What may wait for the disk, bytes. */
  readonly capacityBytes: number;
}

/** Of a file: about a million frames. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A disk may be away for as long as it takes to fill this, bytes: 20 s at 1,000 frames/s. */
const CAPACITY_BYTES = 1024 * 1024;
/** Kept free for the lines that end a file. */
const LAST_LINES_BYTES = 100;

/**
 * Writes down what the batcher sees: when which slot's frame was offered, what each batch cost. Cameras and regions become numbers, pictures are
 * not looked at. What the disk is too slow for is left out and counted in the file; the live path never waits. Before `begin` and after the end it does nothing.
 */
export class TraceRecorder implements Closable {
  readonly #options: TraceRecorderOptions;
  readonly #file: LineFile;
  /** Numbers by name: they stay with a camera or region that comes back. */
  readonly #cameras = new Map<string, number>();
  readonly #regions = new Map<string, number>();
  readonly #present = new Map<string, Map<string, number>>();
  /** Those of batches under way may be gone already. */
  readonly #slotOf = new WeakMap<SlotSpec, number>();
  #slots = 0;
  #beganMono: number | null = null;
  #bytes = 0;
  #lost = 0;
  #ended = false;
  #timer: Timer | null = null;

  constructor(options: TraceRecorderOptions) {
    this.#options = options;
    const { target, clock, capacityBytes } = options;
    this.#file = new LineFile({ target, clock, capacityBytes, onFault: (error) => this.#failed(error) });
  }

  /** A write hangs: the process cannot end before the disk answers. */
  get isStuck(): boolean {
    return this.#file.isWriting;
  }

  /** Time begins here. Slots have to be told after it. */
  begin(header: TraceHeader): void {
    const { clock, durationMs, logger } = this.#options;
    if (this.#ended || this.#beganMono !== null) return;
    this.#beganMono = clock.monotonicMs();
    this.#put(encodeHeader(header), true);
    if (durationMs !== null) this.#timer = clock.setTimer(durationMs, () => this.#end('time'));
    logger.info({ seconds: durationMs === null ? null : durationMs / 1000 }, 'a trace of arrivals and batches is being recorded');
  }

  slotAdded(spec: SlotSpec): void {
    const { cameraId, region, maxLatencyMs, weight } = spec;
    this.slotRemoved(cameraId, region);
    const regions = this.#present.get(cameraId) ?? new Map<string, number>();
    const slot = this.#slots++;
    this.#present.set(cameraId, regions.set(region, slot));
    this.#slotOf.set(spec, slot);
    const [camera, regionNumber] = [numberOf(cameraId, this.#cameras), numberOf(region, this.#regions)];
    this.#write({ kind: 'slot', atMs: this.#nowMs(), slot, camera, region: regionNumber, maxLatencyMs, weight });
  }

  /** Without `region`: all of the camera. */
  slotRemoved(cameraId: string, region?: string): void {
    const regions = this.#present.get(cameraId);
    for (const [name, slot] of regions ?? []) {
      if (region !== undefined && name !== region) continue;
      regions?.delete(name);
      this.#write({ kind: 'gone', atMs: this.#nowMs(), slot });
    }
  }

  /** A frame that the batcher took. */
  frameOffered(cameraId: string, region: string, { receivedMono }: Frame): void {
    const slot = this.#present.get(cameraId)?.get(region);
    if (slot === undefined) return;
    const nowMono = this.#options.clock.monotonicMs();
    // As in the batcher: a frame cannot have come after now, whatever its source says.
    const ageMs = Number.isFinite(receivedMono) ? Math.max(0, nowMono - receivedMono) : 0;
    this.#write({ kind: 'frame', atMs: this.#sinceBegan(nowMono), slot, ageMs });
  }

  batchDone({ entries, paddedTo, formedMono }: Batch, timing: BatchTiming | 'failed'): void {
    const slots = entries.map((entry) => this.#slotOf.get(entry.slot)).filter((slot) => slot !== undefined);
    const tookMs = this.#options.clock.monotonicMs() - formedMono;
    this.#write({ kind: 'batch', atMs: this.#sinceBegan(formedMono), tookMs, paddedTo, cost: timing === 'failed' ? null : timing, slots });
  }

  engineAvailable(available: boolean): void {
    this.#write({ kind: 'engine', atMs: this.#nowMs(), available });
  }

  ladderSet(sizes: readonly number[], costMs: Readonly<Record<number, number>>): void {
    this.#write({ kind: 'ladder', atMs: this.#nowMs(), sizes, costMs });
  }

  /** Ends the recording and waits for the disk. Idempotent; never rejects. */
  close(): Promise<void> {
    this.#end('closed');
    return this.#file.close();
  }

  #write(record: TraceRecord): void {
    if (this.#ended || this.#beganMono === null) return;
    this.#tellLost(false);
    const line = encodeRecord(record);
    if (this.#bytes + line.length + LAST_LINES_BYTES > this.#options.maxBytes) this.#end('size');
    else if (record.kind === 'frame' || record.kind === 'batch') this.#lost += this.#put(line, false) ? 0 : 1;
    // Without it what follows could not be understood.
    else if (!this.#put(line, true)) this.#end('size');
  }

  #tellLost(isLast: boolean): void {
    if (this.#lost > 0 && this.#put(encodeRecord({ kind: 'lost', atMs: this.#nowMs(), count: this.#lost }), isLast)) this.#lost = 0;
  }

  #put(line: string, isEssential: boolean): boolean {
    const taken = this.#file.append(line, isEssential);
    if (taken) this.#bytes += line.length + 1;
    return taken;
  }

  #end(reason: TraceEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timer?.cancel();
    if (this.#beganMono !== null) {
      this.#tellLost(true);
      this.#put(encodeRecord({ kind: 'end', atMs: this.#nowMs(), reason }), true);
      this.#options.logger.info({ reason, bytes: this.#bytes }, 'the recording of the trace has ended');
    }
    void this.#file.close();
  }

  #failed(error: unknown): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#options.logger.warn({ err: error, code: 'TRACE_UNWRITABLE' }, 'the trace cannot be written any more: its recording has ended');
    void this.#file.close();
  }

  #nowMs(): number {
    return this.#sinceBegan(this.#options.clock.monotonicMs());
  }

  #sinceBegan(mono: number): number {
    return mono - (this.#beganMono ?? mono);
  }
}

function numberOf(name: string, numbers: Map<string, number>): number {
  const number = numbers.get(name) ?? numbers.size;
  numbers.set(name, number);
  return number;
}

/** Begins a new file, in place of one that is there. Throws TRACE_UNWRITABLE. */
export async function openTraceRecorder(about: {
  readonly file: string;
  readonly seconds: number | null;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<TraceRecorder> {
  const { file, seconds, clock, logger } = about;
  try {
    // A pipe that nobody reads would not open, and could not be given up.
    const existing = await stat(file).catch(() => null);
    if (existing !== null && !existing.isFile()) throw new Error('it is there, and is no plain file');
    const target = await open(file, 'w', 0o600);
    const durationMs = seconds === null ? null : seconds * 1000;
    return new TraceRecorder({ target, clock, logger, durationMs, maxBytes: MOST_BYTES, capacityBytes: CAPACITY_BYTES });
  } catch (error) {
    throw new FramewatchError('TRACE_UNWRITABLE', `no trace can be written to ${file}: ${messageOf(error)}`, { cause: error });
  }
}
