import { describe, expect, it } from 'vitest';
import type { Batch, BatchEntry, SlotSpec } from '../../src/batching/batch.ts';
import type { CameraConfig, RuleConfig } from '../../src/config/config.ts';
import type { EngineInfo } from '../../src/engine/engine.ts';
import { encodeJpeg, encodeStrip } from '../../src/engine/picture.ts';
import type { EntryScores } from '../../src/engine/process/batch-outcome.ts';
import { CameraJudge } from '../../src/events/camera-judge.ts';
import { eventIdSource } from '../../src/events/event-id.ts';
import type { LabelEvent, UnsequencedEvent } from '../../src/events/label-event.ts';
import { Feed } from '../../src/http/feed.ts';
import { NewestPictures } from '../../src/http/newest-pictures.ts';
import { EventPictures } from '../../src/monitor/event-pictures.ts';
import { VerdictPath, type VerdictPathParts } from '../../src/monitor/verdict-path.ts';
import { noPublisher } from '../../src/sinks/no-publisher.ts';
import type { CameraStateMessage } from '../../src/sinks/publisher.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const ENGINE: EngineInfo = {
  ...{ backend: 'onnx', device: 'cpu', precision: 'float32', threads: 2, model: 'm', sha256: 'abc', labels: ['Drawing', 'Neutral'] },
  ...{ inputSize: 299, batchSizes: [1, 2], costMs: { 1: 30, 2: 60 }, fit: 'stretch', fallback: null, selfTest: 'golden' },
};
const RULE: RuleConfig = {
  ...{ id: 'drawing', labels: ['Drawing'], regions: ['full'], enter: 0.5, exit: 0.4, minFrames: 1 },
  ...{ enterForMs: 0, offDelayMs: 0, cooldownMs: 0, maxDurationMs: 0, deviceClass: null },
};
const CAMERA: CameraConfig = {
  ...{ id: 'door', name: 'Door', enabled: true, url: 'rtsp://127.0.0.1/x', username: null, password: null, liveUrl: null, transport: 'tcp' },
  ...{ sampleFps: 2, decode: 'auto', maxLatencyMs: 500, weight: 1, frameWidth: 8, motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 } },
  ...{ regions: [{ id: 'full', crop: null, heads: [] }], rules: [RULE] },
};

const SLOT: SlotSpec = { cameraId: 'door', region: 'full', crop: null, maxLatencyMs: 500, weight: 1 };

/** The path with an in-memory history, on a clock that stands still unless moved. */
function path(options: { readonly storeFails?: () => boolean; readonly infeasible?: boolean; readonly scores?: VerdictPathParts['scores'] } = {}) {
  const clock = new VirtualClock(1000);
  const memory = new PictureMemory();
  const order: string[] = [];
  const published: LabelEvent[] = [];
  const states: CameraStateMessage[] = [];
  const snapshots: string[] = [];
  const strips: string[] = [];
  const dropped: string[] = [];
  const lost: number[] = [];
  let sequence = 0;
  const store = {
    lost: 0,
    append: async (events: readonly UnsequencedEvent[]) => {
      if (options.storeFails?.()) {
        store.lost += events.length;
        throw new Error('disk full');
      }
      order.push(...events.map((event) => `store ${event.type}`));
      return events.map((event) => ({ ...event, sequence: ++sequence }));
    },
    saveSnapshot: async (id: string) => void snapshots.push(id),
    saveStrip: async (id: string) => void strips.push(id),
  };
  const pictures = new NewestPictures(memory, encodeJpeg);
  const eventPictures = new EventPictures({
    ...{ store, publisher: noPublisher, pictures, memory, clock, logger: silentLogger, encodeStrip },
    metrics: { stripEnded() {}, stripFrameNotKept() {} },
  });
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
    ...{ feed: new Feed(0), memory, pictures, clock, logger: silentLogger, eventPictures },
    metrics: {
      frameClassified() {},
      event() {},
      frameDropped: (entry, reason) => void dropped.push(`${entry.frame.sequence} ${reason}`),
      eventsLost: (count) => void lost.push(count),
    },
    ...{ publishClassifications: false, scores: options.scores ?? null, isFeasible: () => options.infeasible !== true, onEvent: () => undefined },
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
  verdicts.addCamera({ config: CAMERA, judge, slots: new Set([SLOT]) });
  let frames = 0;
  const deliver = (drawing: number, slot: SlotSpec = SLOT) => verdicts.deliver(scores(++frames, drawing, clock.monotonicMs(), slot, memory));
  return { verdicts, deliver, memory, clock, order, published, states, snapshots, strips, dropped, lost };
}

function scores(sequence: number, drawing: number, now: number, slot: SlotSpec, memory: PictureMemory): EntryScores {
  const frame: Frame = {
    ...{ cameraId: 'door', sequence, receivedAt: 1_700_000_000_000, receivedMono: now - 100, decodedMono: now - 90 },
    ...{ width: 8, height: 4, pixels: memory.take(8 * 4 * 3) },
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
    expect(event?.latencyMs).toMatchObject({ decode: 10, queue: 30, preprocess: 20, inference: 40, total: 100, bound: 500, feasible: true });
    expect(snapshots).toEqual([event?.id]);
  });

  it('makes the strip of an event when its camera ends, at the latest', async () => {
    const { verdicts, deliver, published, strips } = path();
    deliver(0.9);
    await verdicts.settled();
    expect(strips).toEqual([]);
    verdicts.endEvents('door', 'shutdown');
    await verdicts.settled();
    expect(strips).toEqual([published[0]?.id]);
  });

  it('says of each event whether its bound could have been kept', async () => {
    const { verdicts, deliver, published } = path({ infeasible: true });
    deliver(0.9);
    await verdicts.settled();
    expect(published[0]?.latencyMs.feasible).toBe(false);
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

  it('tells the score trace all that it tells the judge, and nothing else', async () => {
    const told: string[] = [];
    const { verdicts, deliver, clock, published } = path({
      scores: {
        begin: ({ id }) => void told.push(`begin ${id}`),
        judged: ({ frame }) => void told.push(`frame ${frame.sequence}`),
        interrupted: (camera, reason, mono, wall) => void told.push(`${camera} ${reason} at ${mono}, ${new Date(wall).toISOString()}`),
        end: (camera) => void told.push(`end ${camera}`),
      },
    });
    deliver(0.9);
    verdicts.endEvents('door', 'cameraOffline');
    // Refused: it is from before.
    deliver(0.9);
    await clock.advance(200);
    deliver(0.9);
    verdicts.removeCamera('door', 'configChanged');
    deliver(0.9);
    await verdicts.settled();
    const ends = published.filter(({ type }) => type === 'end').map(({ endedAt, endReason }) => ({ endedAt, endReason }));
    expect(told).toEqual([
      'begin door',
      'frame 1',
      `door cameraOffline at 1000, ${ends[0]?.endedAt ?? ''}`,
      'frame 3',
      `door configChanged at 1200, ${ends[1]?.endedAt ?? ''}`,
      'end door',
    ]);
  });

  it('does not let a frame from before the end of events open them again', async () => {
    const { verdicts, deliver, clock, published, dropped } = path();
    verdicts.endEvents('door', 'cameraOffline');
    deliver(0.9);
    await verdicts.settled();
    expect(published).toEqual([]);
    expect(dropped).toEqual(['1 expired']);
    await clock.advance(200);
    deliver(0.9);
    await verdicts.settled();
    expect(published.map(({ type }) => type)).toEqual(['start']);
    verdicts.endEvents('door', 'shutdown');
    deliver(0.9);
    expect(dropped).toEqual(['1 expired', '3 shutdown']);
  });

  it('gives the memory of a picture back when a newer one was judged, but not that of an event', async () => {
    const { verdicts, deliver, memory } = path();
    for (let frame = 1; frame <= 4; frame += 1) deliver(0.1);
    // Two are held for the strip of an event that the next one might begin.
    expect(memory.readyBytes).toBe(96);
    // It takes the memory that lay ready, and does not give it back: its picture is not made yet. Neither do the two before, for the strip.
    deliver(0.9);
    expect(memory.readyBytes).toBe(0);
    deliver(0.9);
    expect(memory.readyBytes).toBe(0);
    verdicts.endEvents('door', 'cameraOffline');
    await verdicts.settled();
    expect(memory.readyBytes).toBe(192);
  });

  it('refuses scores of an earlier configuration of the camera', () => {
    const { verdicts, deliver, dropped } = path();
    deliver(0.9, { ...SLOT });
    expect(dropped).toEqual(['1 shutdown']);
    expect(verdicts.stateOf('door')).toBeNull();
  });

  it('counts what could not be stored, and publishes none of it', async () => {
    let full = true;
    const { verdicts, deliver, published, snapshots, lost } = path({ storeFails: () => full });
    deliver(0.9);
    await verdicts.settled();
    expect([published, snapshots, lost]).toEqual([[], [], [1]]);
    full = false;
    deliver(0.1);
    await verdicts.settled();
    expect(verdicts.lostEvents).toBe(1);
    expect(published.map(({ type }) => type)).toEqual(['end']);
  });

  it('knows the newest state, and nothing of a camera that left', async () => {
    const { verdicts, deliver, dropped } = path();
    deliver(0.2);
    expect(verdicts.stateOf('door')).toMatchObject({ label: 'Neutral', sequence: 1 });
    verdicts.removeCamera('door', 'configChanged');
    expect(verdicts.stateOf('door')).toBeNull();
    deliver(0.9);
    await verdicts.settled();
    expect(verdicts.stateOf('door')).toBeNull();
    expect(dropped).toEqual(['2 shutdown']);
  });
});
