import { describe, expect, it } from 'vitest';
import type { Batch, BatchEntry } from '../../src/batching/batch.ts';
import type { CameraConfig, RuleConfig } from '../../src/config/config.ts';
import type { EntryScores } from '../../src/engine/batch-outcome.ts';
import type { EngineInfo } from '../../src/engine/engine.ts';
import { encodeJpeg } from '../../src/engine/picture.ts';
import { CameraJudge } from '../../src/events/camera-judge.ts';
import { eventIdSource } from '../../src/events/event-id.ts';
import type { LabelEvent, UnsequencedEvent } from '../../src/events/label-event.ts';
import { Feed } from '../../src/http/feed.ts';
import { NewestPictures } from '../../src/http/newest-pictures.ts';
import { VerdictPath } from '../../src/monitor/verdict-path.ts';
import { noPublisher } from '../../src/sinks/no-publisher.ts';
import type { CameraStateMessage } from '../../src/sinks/publisher.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const ENGINE: EngineInfo = {
  ...{ backend: 'onnx', device: 'cpu', precision: 'float32', threads: 2, model: 'm', sha256: 'abc', labels: ['Drawing', 'Neutral'] },
  ...{ inputSize: 299, batchSizes: [1, 2], costMs: { 1: 30, 2: 60 }, fallback: null },
};
const RULE: RuleConfig = {
  ...{ id: 'drawing', labels: ['Drawing'], regions: ['full'], enter: 0.5, exit: 0.4, minFrames: 1 },
  ...{ enterForMs: 0, offDelayMs: 0, cooldownMs: 0, maxDurationMs: 0 },
};
const CAMERA: CameraConfig = {
  ...{ id: 'door', name: 'Door', enabled: true, url: 'rtsp://127.0.0.1/x', username: null, password: null, liveUrl: null, transport: 'tcp' },
  ...{ sampleFps: 2, decode: 'auto', maxLatencyMs: 500, weight: 1, frameWidth: 8, motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 } },
  ...{ regions: [{ id: 'full', crop: null, heads: [] }], rules: [RULE] },
};

/** The path with an in-memory history, on a clock that stands still unless moved. */
function path(options: { readonly storeFails?: () => boolean } = {}) {
  const clock = new VirtualClock(1000);
  const order: string[] = [];
  const published: LabelEvent[] = [];
  const states: CameraStateMessage[] = [];
  const snapshots: string[] = [];
  let sequence = 0;
  const store = {
    append: async (events: readonly UnsequencedEvent[]) => {
      if (options.storeFails?.()) throw new Error('disk full');
      order.push(...events.map((event) => `store ${event.type}`));
      return events.map((event) => ({ ...event, sequence: ++sequence }));
    },
    saveSnapshot: async (id: string) => void snapshots.push(id),
  };
  const verdicts = new VerdictPath({
    store,
    publisher: {
      ...noPublisher,
      publishEvent(event) {
        order.push(`mqtt ${event.type}`);
        published.push(event);
      },
      publishState: (state) => void states.push(state),
    },
    ...{ feed: new Feed(0), pictures: new NewestPictures(encodeJpeg), clock, logger: silentLogger, encodeJpeg },
    metrics: { frameClassified() {}, event() {} },
    ...{ publishClassifications: false, snapshots: true, onEvent: () => undefined },
  });
  const model = () => ({ name: 'm', sha256: 'abc', backend: 'onnx', device: 'cpu', precision: 'float32' });
  const judge = new CameraJudge({
    ...{
      cameraId: 'door',
      regions: CAMERA.regions,
      rules: CAMERA.rules,
      maxGapMs: 10_000,
      model,
      snapshots: true,
      clock,
      newEventId: eventIdSource(),
    },
  });
  verdicts.addCamera({ config: CAMERA, judge });
  let frames = 0;
  const deliver = (drawing: number) => verdicts.deliver(scores(++frames, drawing, clock.monotonicMs()));
  return { verdicts, deliver, clock, order, published, states, snapshots };
}

function scores(sequence: number, drawing: number, now: number): EntryScores {
  const slot = { cameraId: 'door', region: 'full', crop: null, maxLatencyMs: 500, weight: 1 };
  const frame: Frame = {
    ...{ cameraId: 'door', sequence, receivedAt: 1_700_000_000_000, receivedMono: now - 100, decodedMono: now - 90 },
    ...{ width: 8, height: 4, pixels: new Uint8Array(8 * 4 * 3) },
  };
  const entry: BatchEntry = { slot, frame, unservedSince: frame.receivedMono, deadlineMono: frame.receivedMono + 500 };
  const batch: Batch = { id: 7, entries: [entry], paddedTo: 1, formedMono: now - 60, flushReason: 'idle' };
  const ledger = { decode: 10, queue: 30, preprocess: 20, inference: 40 };
  return {
    batch,
    entry,
    probabilities: Float32Array.of(drawing, 1 - drawing),
    features: null,
    engine: ENGINE,
    paddedTo: 1,
    ledger,
    finishedMono: now,
  };
}

describe('VerdictPath', () => {
  it('tells nobody of an event before it is stored, and carries its whole ledger', async () => {
    const { verdicts, deliver, order, published, snapshots } = path();
    deliver(0.9);
    expect(published).toEqual([]);
    await verdicts.settled();
    expect(order).toEqual(['store start', 'mqtt start']);
    const [event] = published;
    expect(event).toMatchObject({
      sequence: 1,
      type: 'start',
      label: 'Drawing',
      rule: 'drawing',
      batch: { id: 7, size: 1, paddedTo: 1, flushReason: 'idle' },
    });
    expect(event?.latencyMs).toMatchObject({ decode: 10, queue: 30, preprocess: 20, inference: 40, total: 100, bound: 500 });
    expect(snapshots).toEqual([event?.id]);
  });

  it('keeps the order of messages and ends what is active when the camera goes', async () => {
    const { verdicts, deliver, published, states } = path();
    deliver(0.9);
    verdicts.endEvents('door', 'cameraOffline');
    await verdicts.settled();
    expect(published.map(({ type, endReason, sequence }) => [type, endReason, sequence])).toEqual([
      ['start', null, 1],
      ['end', 'cameraOffline', 2],
    ]);
    expect(states.at(-1)?.regions['full']?.rules['drawing']?.active).toBe(false);
  });

  it('counts what could not be stored, publishes none of it, and says when it can store again', async () => {
    let full = true;
    const { verdicts, deliver, published, snapshots } = path({ storeFails: () => full });
    deliver(0.9);
    await verdicts.settled();
    expect(published).toEqual([]);
    expect(snapshots).toEqual([]);
    expect(verdicts.lostEvents).toBe(1);
    expect(verdicts.storeFault).toContain('disk full');
    full = false;
    deliver(0.1);
    await verdicts.settled();
    expect(verdicts.storeFault).toBeNull();
    expect(verdicts.lostEvents).toBe(1);
  });

  it('knows the newest state, and nothing of a camera that left', async () => {
    const { verdicts, deliver } = path();
    deliver(0.2);
    expect(verdicts.stateOf('door')).toMatchObject({ label: 'Neutral', sequence: 1 });
    verdicts.removeCamera('door', 'configChanged');
    expect(verdicts.stateOf('door')).toBeNull();
    deliver(0.9);
    await verdicts.settled();
    expect(verdicts.stateOf('door')).toBeNull();
  });
});
