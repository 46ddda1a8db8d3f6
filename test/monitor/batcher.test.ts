import { describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../src/batching/arrival-trace.ts';
import { decodeTrace } from '../../src/batching/trace-decoding.ts';
import { openBatcher } from '../../src/monitor/batcher.ts';
import { TraceRecorder } from '../../src/monitor/trace-recorder.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { spec } from '../batching/frames.ts';
import { PuppetEngine } from '../helpers/puppet-engine.ts';
import { waitFor } from '../helpers/wait-for.ts';

const PIXELS = new Uint8Array(16 * 12 * 3).fill(3);
const frame = (cameraId: string) => {
  const now = systemClock.monotonicMs();
  return { cameraId, sequence: 1, receivedAt: 0, receivedMono: now - 5, decodedMono: now, width: 16, height: 12, pixels: PIXELS };
};

function stage() {
  let text = '';
  const target = {
    appendFile: (more: string) => {
      text += more;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  const trace = new TraceRecorder({ target, clock: systemClock, logger: silentLogger, durationMs: null, maxBytes: 1e6, capacityBytes: 1e6 });
  const engine = new PuppetEngine();
  const metrics = new Metrics(systemClock);
  let judged = 0;
  const batcher = openBatcher({
    ...{ engine, metrics, frames: metrics, memory: new PictureMemory(), trace, clock: systemClock, logger: silentLogger, version: '9.9.9' },
    batching: { maxBatchSize: 16, allowedBatchSizes: [1, 2, 4, 8, 16], policy: 'eager', maxQueueDelayMs: 50 },
    deliver: () => {
      judged++;
    },
  });
  const recorded = async () => {
    await trace.close();
    return decodeTrace(text, 'trace');
  };
  return { batcher, engine, recorded, judged: () => judged };
}

describe('openBatcher, recording', () => {
  it('writes what the scheduler took, and nothing that it refused', async () => {
    const { batcher, engine, recorded, judged } = stage();
    const { intake, scheduler } = batcher;
    engine.onRequest = () => 'hold';
    for (const camera of ['a', 'b']) intake.addSlot(spec(camera));
    expect(intake.offer('nobody', 'full', frame('nobody'))).toBe('unknownSlot');
    expect(intake.offer('a', 'full', frame('a'))).toBe('accepted');
    await waitFor('a batch is under way', () => engine.requests.length === 1);
    batcher.engineAvailable(false);
    expect(intake.offer('b', 'full', frame('b'))).toBe('accepted');
    expect(intake.offer('b', 'full', frame('b'))).toBe('superseded');
    intake.removeSlot('b');
    expect(intake.offer('b', 'full', frame('b'))).toBe('unknownSlot');
    engine.requests[0]?.answer();
    await waitFor('it is back', () => judged() === 1);
    const closed = scheduler.close();
    expect(intake.offer('a', 'full', frame('a'))).toBe('closed');
    await closed;

    const { header, records, end } = await recorded();
    expect(header).toMatchObject({ recordedBy: '9.9.9', sizes: [1, 2, 4, 8, 16], costMs: { 1: 10, 16: 40 }, policy: { name: 'eager' } });
    const brief = records.map((record: TraceRecord) => ('slot' in record ? `${record.kind} ${record.slot}` : record.kind));
    expect(brief).toEqual(['slot 0', 'slot 1', 'frame 0', 'engine', 'frame 1', 'frame 1', 'gone 1', 'batch', 'end']);
    expect(records.find(({ kind }) => kind === 'batch')).toMatchObject({
      paddedTo: 1,
      slots: [0],
      cost: { inferenceMs: expect.any(Number) as unknown },
    });
    expect(end).toBe('closed');
  });

  it('writes when the engine lost sizes or came back as another', async () => {
    const { batcher, engine, recorded } = stage();
    batcher.intake.addSlot(spec('a'));
    engine.onRequest = (request) => {
      if (request.paddedTo < 4) return 'answer';
      request.fail('ENGINE_OUT_OF_MEMORY');
      return 'hold';
    };
    batcher.engineAvailable(false);
    for (const camera of ['b', 'c', 'd', 'e']) batcher.intake.addSlot(spec(camera));
    for (const camera of ['a', 'b', 'c', 'd']) batcher.intake.offer(camera, 'full', frame(camera));
    batcher.engineAvailable(true);
    await waitFor('all is judged, two by two', () => engine.requests.filter(({ paddedTo }) => paddedTo === 2).length === 2);
    await batcher.scheduler.close();
    const { records } = await recorded();
    expect(records.filter(({ kind }) => kind === 'engine').map((record) => 'available' in record && record.available)).toEqual([false, true]);
    expect(records.find(({ kind }) => kind === 'ladder')).toMatchObject({ sizes: [1, 2], costMs: { 1: 10, 2: 12 } });
    expect(records.find(({ kind }) => kind === 'batch')).toMatchObject({ cost: null, paddedTo: 4 });
  });
});
