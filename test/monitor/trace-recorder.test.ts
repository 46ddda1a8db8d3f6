import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TraceHeader, TraceRecord } from '../../src/batching/arrival-trace.ts';
import type { Batch } from '../../src/batching/batch.ts';
import { decodeTrace } from '../../src/batching/trace-decoding.ts';
import { openTraceRecorder, TraceRecorder } from '../../src/monitor/trace-recorder.ts';
import { frameAt, spec } from '../batching/frames.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const header: TraceHeader = {
  recordedBy: '0.1.0',
  ...{ sizes: [1, 2], costMs: { 1: 30, 2: 60 }, preprocessMs: 2.5, overheadMs: 2 },
  engine: { backend: 'onnx', device: 'cpu', precision: 'float32', threads: 2 },
  policy: { name: 'deadline', maxQueueDelayMs: 50 },
};

/** A disk that can be told to hang. */
class MemoryDisk {
  text = '';
  hangs: Promise<void> | null = null;
  fault: Error | null = null;

  async appendFile(text: string): Promise<void> {
    await this.hangs;
    if (this.fault) throw this.fault;
    this.text += text;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function stage({ durationMs = null, maxBytes = 1_000_000 }: { durationMs?: number | null; maxBytes?: number } = {}) {
  const clock = new VirtualClock(50_000);
  const disk = new MemoryDisk();
  const logger = recordingLogger();
  const recorder = new TraceRecorder({ target: disk, clock, logger, durationMs, maxBytes, capacityBytes: 80_000 });
  const records = () => decodeTrace(disk.text, 'trace').records;
  return { clock, disk, logger, recorder, records };
}

function batchOf(slots: readonly ReturnType<typeof spec>[], formedMono: number): Batch {
  const entries = slots.map((slot) => ({ slot, frame: frameAt(formedMono - 5), unservedSince: formedMono - 5, deadlineMono: formedMono + 495 }));
  return { id: 1, entries, paddedTo: 2, formedMono, flushReason: 'idle' };
}

describe('TraceRecorder', () => {
  it('writes slots, frames, batches and what becomes of the engine, by number and in time since it began', async () => {
    const { clock, recorder, records } = stage();
    const gate = spec('front_door', { region: 'gate', maxLatencyMs: 100, weight: 2 });
    const whole = spec('front_door');
    recorder.begin(header);
    recorder.slotAdded(whole);
    recorder.slotAdded(gate);
    recorder.slotAdded(spec('yard'));
    await clock.advance(100);
    recorder.frameOffered('front_door', 'gate', frameAt(50_088));
    await clock.advance(50);
    recorder.batchDone(batchOf([whole, gate], 50_104), { preprocessMs: 4, inferenceMs: 40 });
    recorder.batchDone(batchOf([gate], 50_105), 'failed');
    recorder.engineAvailable(false);
    recorder.ladderSet([1], { 1: 33 });
    recorder.slotRemoved('front_door');
    recorder.slotAdded(spec('front_door'));
    await recorder.close();
    expect(records()).toEqual<TraceRecord[]>([
      { kind: 'slot', atMs: 0, slot: 0, camera: 0, region: 0, maxLatencyMs: 500, weight: 1 },
      { kind: 'slot', atMs: 0, slot: 1, camera: 0, region: 1, maxLatencyMs: 100, weight: 2 },
      { kind: 'slot', atMs: 0, slot: 2, camera: 1, region: 0, maxLatencyMs: 500, weight: 1 },
      { kind: 'frame', atMs: 100, slot: 1, ageMs: 12 },
      { kind: 'batch', atMs: 104, tookMs: 46, paddedTo: 2, cost: { preprocessMs: 4, inferenceMs: 40 }, slots: [0, 1] },
      { kind: 'batch', atMs: 105, tookMs: 45, paddedTo: 2, cost: null, slots: [1] },
      { kind: 'engine', atMs: 150, available: false },
      { kind: 'ladder', atMs: 150, sizes: [1], costMs: { 1: 33 } },
      { kind: 'gone', atMs: 150, slot: 0 },
      { kind: 'gone', atMs: 150, slot: 1 },
      { kind: 'slot', atMs: 150, slot: 3, camera: 0, region: 0, maxLatencyMs: 500, weight: 1 },
      { kind: 'end', atMs: 150, reason: 'closed' },
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never writes a name', async () => {
    const { recorder, disk } = stage();
    recorder.begin(header);
    recorder.slotAdded(spec('bedroom_of_eve', { region: 'cradle' }));
    recorder.frameOffered('bedroom_of_eve', 'cradle', frameAt(50_000));
    await recorder.close();
    expect(disk.text).toContain('"frame"');
    expect(disk.text).not.toMatch(/bedroom|cradle/);
  });

  it('ends by itself when its time is over, and is deaf then', async () => {
    const { clock, recorder, records, logger } = stage({ durationMs: 2_000 });
    recorder.begin(header);
    recorder.slotAdded(spec('a'));
    await clock.advance(1_999);
    recorder.frameOffered('a', 'full', frameAt(51_990));
    await clock.advance(1);
    recorder.frameOffered('a', 'full', frameAt(51_999));
    recorder.slotAdded(spec('b'));
    await recorder.close();
    expect(records().map(({ kind }) => kind)).toEqual(['slot', 'frame', 'end']);
    expect(records().at(-1)).toEqual({ kind: 'end', atMs: 2_000, reason: 'time' });
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'a trace of arrivals and batches is being recorded',
      'the recording of the trace has ended',
    ]);
  });

  it('ends before the file is larger than allowed', async () => {
    const { recorder, disk, records } = stage({ maxBytes: 1_000 });
    recorder.begin(header);
    recorder.slotAdded(spec('a'));
    for (let index = 0; index < 200; index++) recorder.frameOffered('a', 'full', frameAt(50_000));
    await recorder.close();
    expect(disk.text.length).toBeLessThanOrEqual(1_000);
    expect(disk.text.length).toBeGreaterThan(850);
    expect(records().at(-1)).toMatchObject({ kind: 'end', reason: 'size' });
  });

  it('loses frames to a disk that hangs, never slots, and says how many', async () => {
    const { clock, recorder, disk, records } = stage();
    let answer = (): void => undefined;
    disk.hangs = new Promise((resolve) => {
      answer = resolve;
    });
    recorder.begin(header);
    recorder.slotAdded(spec('a'));
    const offered = 6_000;
    for (let index = 0; index < offered; index++) recorder.frameOffered('a', 'full', frameAt(50_000));
    recorder.slotAdded(spec('b'));
    expect(recorder.isStuck).toBe(true);
    answer();
    await clock.advance(1_000);
    recorder.frameOffered('b', 'full', frameAt(50_900));
    await recorder.close();
    const of = (wanted: TraceRecord['kind']) => records().filter(({ kind }) => kind === wanted);
    expect(of('slot')).toHaveLength(2);
    expect(of('frame').length).toBeLessThan(offered);
    expect(of('lost')).toMatchObject([{ count: offered + 1 - of('frame').length }]);
    expect(records().at(-2)).toMatchObject({ kind: 'frame', slot: 1 });
    expect(recorder.isStuck).toBe(false);
  });

  it('counts what was lost up to the very end', async () => {
    const { recorder, disk, records } = stage();
    let answer = (): void => undefined;
    disk.hangs = new Promise((resolve) => {
      answer = resolve;
    });
    recorder.begin(header);
    recorder.slotAdded(spec('a'));
    for (let index = 0; index < 6_000; index++) recorder.frameOffered('a', 'full', frameAt(50_000));
    const closed = recorder.close();
    answer();
    await closed;
    const frames = records().filter(({ kind }) => kind === 'frame').length;
    expect(records().slice(-2)).toMatchObject([{ kind: 'lost', count: 6_000 - frames }, { kind: 'end' }]);
  });

  it('ends with a warning when the disk is full', async () => {
    const { clock, recorder, disk, logger } = stage();
    recorder.begin(header);
    disk.fault = new Error('ENOSPC');
    await clock.advance(500);
    recorder.slotAdded(spec('a'));
    await recorder.close();
    expect(logger.lines.at(-1)).toMatchObject({ level: 'warn', fields: { code: 'TRACE_UNWRITABLE' } });
    expect(disk.text).toBe('');
    expect(clock.pendingTimers).toBe(0);
  });

  it('writes nothing when it never began', async () => {
    const { recorder, disk, logger } = stage();
    recorder.slotAdded(spec('a'));
    await recorder.close();
    expect(disk.text).toBe('');
    expect(logger.lines).toEqual([]);
  });
});

describe('openTraceRecorder', () => {
  const about = { seconds: null, clock: new VirtualClock(), logger: recordingLogger() };

  it('makes a file that only its owner reads, in place of an older one', async () => {
    const file = path.join(temporaryDirectory(), 'cameras.ndjson');
    for (let round = 0; round < 2; round++) {
      const recorder = await openTraceRecorder({ ...about, file });
      recorder.begin(header);
      await recorder.close();
    }
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(decodeTrace(readFileSync(file, 'utf8'), file)).toMatchObject({ header, end: 'closed' });
  });

  it('does not wait for a pipe that nobody reads', async () => {
    const file = path.join(temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [file]);
    await expect(openTraceRecorder({ ...about, file })).rejects.toMatchObject({ code: 'TRACE_UNWRITABLE' });
    await expect(openTraceRecorder({ ...about, file: temporaryDirectory() })).rejects.toMatchObject({ code: 'TRACE_UNWRITABLE' });
  });

  it('says which file cannot be written, and why', async () => {
    const file = path.join(temporaryDirectory(), 'not', 'there.ndjson');
    await expect(openTraceRecorder({ ...about, file })).rejects.toMatchObject({
      code: 'TRACE_UNWRITABLE',
      message: expect.stringMatching(/there\.ndjson: ENOENT/) as unknown,
    });
  });
});
