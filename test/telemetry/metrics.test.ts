import { describe, expect, it } from 'vitest';
import type { Batch, BatchEntry, DropReason } from '../../src/batching/batch.ts';
import type { EngineInfo } from '../../src/engine/engine.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

/** The list of the contract: name (without prefix), kind, labels. */
const CONTRACT = [
  ['frames_received_total', 'counter', ['camera']],
  ['frames_classified_total', 'counter', ['camera']],
  ['frames_dropped_total', 'counter', ['camera', 'reason']],
  ['camera_up', 'gauge', ['camera']],
  ['camera_coverage', 'gauge', ['camera', 'state']],
  ['camera_restarts_total', 'counter', ['camera', 'reason']],
  ['batch_size', 'histogram', []],
  ['batch_flush_total', 'counter', ['reason']],
  ['queue_seconds', 'histogram', []],
  ['inference_seconds', 'histogram', []],
  ['latency_seconds', 'histogram', ['camera']],
  ['commit_seconds', 'histogram', []],
  ['puback_seconds', 'histogram', []],
  ['deadline_missed_total', 'counter', ['camera']],
  ['bound_feasible', 'gauge', ['camera']],
  ['smallest_feasible_bound_seconds', 'gauge', ['camera']],
  ['events_total', 'counter', ['camera', 'rule', 'type']],
  ['outbox_depth', 'gauge', []],
  ['outbox_oldest_seconds', 'gauge', []],
  ['mqtt_connected', 'gauge', []],
  ['websocket_clients', 'gauge', []],
  ['websocket_dropped_total', 'counter', ['reason']],
  ['engine_info', 'gauge', ['backend', 'device', 'precision', 'model']],
  ['engine_restarts_total', 'counter', []],
  // Beside the contract's.
  ['engine_busy_seconds_total', 'counter', []],
  ['mqtt_dropped_total', 'counter', ['kind', 'reason']],
  ['events_lost_total', 'counter', []],
  ['strips_total', 'counter', ['camera', 'outcome']],
  ['strip_frames_not_kept_total', 'counter', ['camera']],
  ['live_viewers', 'gauge', ['camera']],
  ['live_children', 'gauge', ['kind']],
  ['live_dropped_total', 'counter', ['reason']],
] as const;

const ledger = (total: number, bound = 500) => ({
  total,
  decode: 0,
  queue: total / 2,
  preprocess: 0,
  inference: total / 2,
  decide: 0,
  bound,
  feasible: true,
});
const entry = (cameraId: string, deadlineMono = 0) => ({ slot: { cameraId }, deadlineMono }) as BatchEntry;
const batch = (size: number) => ({ id: 1, entries: Array(size).fill(entry('a')), paddedTo: 4, formedMono: 0, flushReason: 'deadline' }) as Batch;
const engine = (model: string): EngineInfo => ({
  backend: 'onnx',
  device: 'cpu',
  precision: 'float32',
  threads: 2,
  model,
  sha256: 'x',
  labels: [],
  inputSize: 299,
  fit: 'stretch',
  selfTest: 'golden',
  batchSizes: [1],
  costMs: {},
  fallback: null,
});

/** Tells everything once, of two cameras. */
function tellAll(metrics: Metrics): void {
  for (const camera of ['a', 'b']) {
    metrics.frameReceived(camera);
    metrics.frameClassified(camera, ledger(600));
    metrics.frameDropped(entry(camera), 'superseded');
    metrics.frameDroppedOf(camera, 'motion');
    metrics.cameraUp(camera, true);
    metrics.coverage(camera, 'reduced');
    metrics.boundJudged(camera, camera === 'a', 74.5);
    metrics.cameraRestarted(camera, 'stalled');
    metrics.event(camera, 'unsafe', 'start');
    metrics.stripEnded(camera, 'whole');
    metrics.stripFrameNotKept(camera);
    metrics.liveViewers(camera, 2);
  }
  metrics.batchFormed(batch(3));
  metrics.batchDone({ preprocessMs: 4, inferenceMs: 60 });
  metrics.committed(3);
  metrics.acknowledged(12);
  metrics.outbox(4, 1.5);
  metrics.mqttDropped('state', 'disconnected');
  metrics.eventsLost(3);
  metrics.mqttConnected(true);
  metrics.websocketClients(2);
  metrics.websocketDropped('slow');
  metrics.liveChildren('passthrough', 1);
  metrics.liveDropped('skipped');
  metrics.engineInfo(engine('one'));
  metrics.engineRestarted();
}

/** Samples by name with labels, as a scraper reads them. */
async function samples(metrics: Metrics): Promise<Map<string, number>> {
  const lines = (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

describe('Metrics', () => {
  it('has exactly the metrics of the contract, by name, kind and labels', async () => {
    const metrics = new Metrics(new VirtualClock());
    tellAll(metrics);
    const text = await metrics.text();
    const kinds = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
    expect(kinds.sort()).toEqual(CONTRACT.map(([name, kind]) => `framewatch_${name} ${kind}`).sort());
    for (const [name, kind, labels] of CONTRACT) {
      const suffix = kind === 'histogram' ? '_count' : '';
      const found = new RegExp(`^framewatch_${name}${suffix}(?:\\{(.*)\\})? `, 'm').exec(text);
      expect(found, name).not.toBeNull();
      const names = (found?.[1] ?? '').match(/(\w+)(?==")/g) ?? [];
      expect([...names].sort(), name).toEqual([...labels].sort());
    }
  });

  it('counts in the units of the names', async () => {
    const metrics = new Metrics(new VirtualClock());
    tellAll(metrics);
    const found = await samples(metrics);
    expect(found.get('framewatch_latency_seconds_sum{camera="a"}')).toBeCloseTo(0.6);
    expect(found.get('framewatch_queue_seconds_sum')).toBeCloseTo(0.6);
    expect(found.get('framewatch_inference_seconds_sum')).toBeCloseTo(0.06);
    expect(found.get('framewatch_commit_seconds_sum')).toBeCloseTo(0.003);
    expect(found.get('framewatch_puback_seconds_sum')).toBeCloseTo(0.012);
    expect(found.get('framewatch_batch_size_sum')).toBe(3);
    expect(found.get('framewatch_deadline_missed_total{camera="b"}')).toBe(1);
    expect(found.get('framewatch_frames_dropped_total{camera="a",reason="motion"}')).toBe(1);
    expect(found.get('framewatch_outbox_oldest_seconds')).toBe(1.5);
    expect(found.get('framewatch_mqtt_dropped_total{kind="state",reason="disconnected"}')).toBe(1);
    expect(found.get('framewatch_events_lost_total')).toBe(3);
  });

  it('counts a missed deadline only past the bound', () => {
    const metrics = new Metrics(new VirtualClock());
    metrics.frameClassified('a', ledger(500));
    expect(metrics.camera('a').deadlineMissed).toBe(0);
    metrics.frameClassified('a', ledger(500.1));
    expect(metrics.camera('a').deadlineMissed).toBe(1);
  });

  it('counts a frame that is given up after its camera’s deadline as missed, and no other that is dropped', async () => {
    const metrics = new Metrics(new VirtualClock(1_000));
    const drop = (reason: DropReason, waitedMs: number) => metrics.frameDropped(entry('a', 1_000 - waitedMs + 500), reason);
    for (const reason of ['superseded', 'expired', 'overload', 'engine'] as const) {
      drop(reason, 500);
      drop(reason, 500.1);
    }
    for (const reason of ['invalid', 'motion', 'shutdown'] as const) drop(reason, 9_000);
    metrics.frameDroppedOf('a', 'shutdown');
    expect(metrics.camera('a')).toMatchObject({ deadlineMissed: 4, drops: { superseded: 2, expired: 2, overload: 2, engine: 2, shutdown: 2 } });
    expect((await samples(metrics)).get('framewatch_deadline_missed_total{camera="a"}')).toBe(4);
  });

  it('says which bounds can be kept, and the least that can', async () => {
    const metrics = new Metrics(new VirtualClock());
    tellAll(metrics);
    const found = await samples(metrics);
    expect([found.get('framewatch_bound_feasible{camera="a"}'), found.get('framewatch_bound_feasible{camera="b"}')]).toEqual([1, 0]);
    expect(found.get('framewatch_smallest_feasible_bound_seconds{camera="b"}')).toBeCloseTo(0.0745);
  });

  it('has one state of coverage a camera', async () => {
    const metrics = new Metrics(new VirtualClock());
    metrics.coverage('a', 'watching');
    metrics.coverage('a', 'blind');
    const found = await samples(metrics);
    expect(['watching', 'reduced', 'blind'].map((state) => found.get(`framewatch_camera_coverage{camera="a",state="${state}"}`))).toEqual([0, 0, 1]);
  });

  it('explains every metric, with its unit', async () => {
    const metrics = new Metrics(new VirtualClock());
    const help = new Map([...(await metrics.text()).matchAll(/^# HELP framewatch_(\S+) (.*)$/gm)].map(([, name = '', words = '']) => [name, words]));
    expect([...help.keys()].sort()).toEqual(CONTRACT.map(([name]) => name).sort());
    for (const [name, words] of help) {
      expect(words.length, name).toBeGreaterThan(10);
      if (/_seconds(_total)?$/.test(name)) expect(words, name).toMatch(/seconds/i);
    }
  });

  it('has buckets for every batch and every bound that a configuration may have', async () => {
    const metrics = new Metrics(new VirtualClock());
    tellAll(metrics);
    const text = await metrics.text();
    const bucketsOf = (name: string) => [
      ...new Set([...text.matchAll(new RegExp(`^framewatch_${name}_bucket\\{le="([\\d.]+)"`, 'gm'))].map(([, le]) => Number(le))),
    ];
    expect(bucketsOf('batch_size')).toEqual(expect.arrayContaining([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]));
    expect(bucketsOf('latency_seconds')).toEqual(expect.arrayContaining([0.1, 0.5, 2]));
    expect(Math.max(...bucketsOf('queue_seconds'), ...bucketsOf('inference_seconds'))).toBeGreaterThanOrEqual(10);
  });

  it('names one engine at a time', async () => {
    const metrics = new Metrics(new VirtualClock());
    metrics.engineInfo(engine('one'));
    metrics.engineInfo(engine('two'));
    const found = [...(await samples(metrics)).keys()].filter((name) => name.includes('engine_info'));
    expect(found).toEqual(['framewatch_engine_info{backend="onnx",device="cpu",precision="float32",model="two"}']);
  });

  it('forgets a camera wholly, and only that', async () => {
    const metrics = new Metrics(new VirtualClock());
    tellAll(metrics);
    await metrics.forgetCamera('a');
    const text = await metrics.text();
    expect(text).not.toContain('camera="a"');
    expect(text.match(/camera="b"/g)?.length).toBeGreaterThan(8);
    expect(metrics.camera('a')).toMatchObject({ framesReceived: 0, drops: {} });
  });

  it('does not mix two daemons of one process', async () => {
    const [one, two] = [new Metrics(new VirtualClock()), new Metrics(new VirtualClock())];
    one.frameReceived('a');
    expect(await two.text()).not.toContain('camera="a"');
  });

  it('gives cheap reads: by camera and in total', async () => {
    const clock = new VirtualClock();
    const metrics = new Metrics(clock);
    for (let i = 1; i <= 40; i++) {
      metrics.frameReceived('a');
      metrics.frameClassified('a', ledger(i));
      await clock.advance(250);
    }
    expect(metrics.camera('a')).toEqual({
      framesReceived: 40,
      framesClassified: 40,
      receivedPerSecond: 4,
      classifiedPerSecond: 4,
      drops: {},
      deadlineMissed: 0,
      latencyMs: { p50: 20, p95: 38 },
    });
    metrics.batchFormed(batch(1));
    metrics.batchFormed(batch(4));
    expect(metrics.totals()).toMatchObject({
      receivedPerSecond: 4,
      latencyMs: { p50: 20, p95: 38, p99: 40 },
      batches: { count: 2, meanSize: 2.5, sizes: { 1: 1, 4: 1 }, flushReasons: { deadline: 2 } },
    });
  });

  it('does not grow with the number of frames', async () => {
    const metrics = new Metrics(new VirtualClock());
    for (let i = 0; i < 100; i++) tellAll(metrics);
    const before = (await samples(metrics)).size;
    for (let i = 0; i < 1000; i++) tellAll(metrics);
    expect((await samples(metrics)).size).toBe(before);
  });
});
