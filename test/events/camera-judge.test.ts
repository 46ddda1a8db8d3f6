import { describe, expect, it } from 'vitest';
import type { CameraJudgeOptions } from '../../src/events/camera-judge.ts';
import { CameraJudge } from '../../src/events/camera-judge.ts';
import { eventIdSource } from '../../src/events/event-id.ts';
import type { Classification, LabelScore } from '../../src/events/label-event.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const UNSAFE = {
  id: 'unsafe',
  labels: ['Porn', 'Hentai', 'Sexy'],
  regions: ['full'],
  enter: 0.8,
  minFrames: 2,
  enterForMs: 0,
  exit: 0.6,
  offDelayMs: 0,
  cooldownMs: 0,
  maxDurationMs: 0,
  deviceClass: null,
};
const MODEL = { name: 'inception', sha256: 'ab', backend: 'onnx', device: 'cpu', precision: 'float32' };

describe('CameraJudge', () => {
  it('makes one event of a run: one id, the whole LabelEvent, a ledger that adds up', async () => {
    const { judge, clock, see } = setUp();
    await see(UNLIKELY);
    const first = await see(PORN);
    const { events } = await see(PORN);
    expect(first.events).toEqual([]);
    expect(events).toHaveLength(1);
    const [start] = events;
    expect(start).toMatchObject({
      schema: 1,
      type: 'start',
      camera: 'front_door',
      region: 'full',
      rule: 'unsafe',
      label: 'Porn',
      score: 0.91,
      peakScore: 0.91,
      startedAt: '2026-01-01T00:00:01.000Z',
      at: '2026-01-01T00:00:02.000Z',
      endedAt: null,
      endReason: null,
      frame: { sequence: 3, receivedAt: '2026-01-01T00:00:02.000Z', width: 640, height: 360 },
      batch: { id: 9, size: 5, paddedTo: 8, flushReason: 'deadline' },
      model: MODEL,
    });
    expect(start?.id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(start?.snapshot).toBe(`/api/events/${String(start?.id)}/snapshot.jpg`);
    const { total, decode, queue, preprocess, inference, decide, bound } = start?.latencyMs ?? { ...LEDGER, total: Number.NaN };
    expect(decide).toBe(7);
    expect(decode + queue + preprocess + inference + decide).toBeCloseTo(total, 9);
    expect(total).toBe(97);
    expect(bound).toBe(500);

    const { events: ends, state } = await see(UNLIKELY);
    expect(ends).toMatchObject([{ id: start?.id, type: 'end', endReason: 'exit', endedAt: '2026-01-01T00:00:03.000Z', peakScore: 0.91 }]);
    expect(state.regions['full']?.rules['unsafe']).toEqual({ active: false, score: 0.06, eventId: null });
    expect(judge.endAll('shutdown', clock.monotonicMs()).events).toEqual([]);
  });

  it('says in the state what is active, and which event', async () => {
    const { see } = setUp();
    await see(PORN);
    const { events, state } = await see(PORN);
    expect(state).toMatchObject({ camera: 'front_door', sequence: 2, at: '2026-01-01T00:00:01.000Z', label: 'Porn', score: 0.85 });
    expect(state.regions['full']?.rules).toEqual({ unsafe: { active: true, score: 0.91, eventId: events[0]?.id } });
  });

  it('judges regions apart, the first of the configuration speaks for the camera', async () => {
    const { see } = setUp({ regions: [{ id: 'gate' }, { id: '1' }], rules: [{ ...UNSAFE, minFrames: 1, regions: ['gate', '1'] }] });
    const early = await see(PORN, '1');
    expect(early.events).toMatchObject([{ region: '1' }]);
    expect(early.state.label).toBe('Porn');
    const { events, state } = await see(UNLIKELY, 'gate');
    expect(events).toEqual([]);
    expect(state.label).toBe('Neutral');
    expect(Object.keys(state.regions).sort()).toEqual(['1', 'gate']);
    expect(state.regions['1']?.rules['unsafe']?.active).toBe(true);
    expect(state.regions['gate']?.rules['unsafe']?.active).toBe(false);
  });

  it('ends everything for a reason from outside, dated by the moment of the end', async () => {
    const { judge, clock, see } = setUp();
    expect(judge.endAll('cameraOffline', 0)).toEqual({ events: [], state: null });
    await see(PORN);
    const start = (await see(PORN)).events[0];
    await clock.advance(5_000);
    const { events, state } = judge.endAll('cameraOffline', clock.monotonicMs() - 1_000);
    expect(events).toMatchObject([
      {
        id: start?.id,
        type: 'end',
        endReason: 'cameraOffline',
        endedAt: '2026-01-01T00:00:05.097Z',
        at: '2026-01-01T00:00:05.097Z',
        frame: { sequence: 2 },
      },
    ]);
    expect(state?.regions['full']?.rules['unsafe']).toMatchObject({ active: false, eventId: null });
  });

  it('explains every message: the frames of the run with their scores, against the numbers of the rule', async () => {
    const { judge, see } = setUp();
    const { id: _id, regions: _regions, deviceClass: _deviceClass, ...numbers } = UNSAFE;
    await see(PORN);
    const [start] = (await see(PORN)).events;
    expect(start?.explain).toEqual({
      rule: numbers,
      because: {
        ...{ kind: 'entered', count: 2, spanMs: 1_000 },
        frames: [
          { sequence: 1, at: '2026-01-01T00:00:00.000Z', score: 0.91 },
          { sequence: 2, at: '2026-01-01T00:00:01.000Z', score: 0.91 },
        ],
      },
    });
    const [end] = (await see(UNLIKELY)).events;
    expect(end?.explain?.because).toEqual({
      ...{ kind: 'exited', count: 1, spanMs: 0 },
      frames: [{ sequence: 3, at: '2026-01-01T00:00:02.000Z', score: 0.06 }],
    });
    await see(PORN);
    await see(PORN);
    const { events } = judge.endAll('configChanged');
    expect(events[0]?.explain?.because).toEqual({ kind: 'outside', reason: 'configChanged' });
  });

  it('compares the same four decimals that it publishes', async () => {
    const { see } = setUp({ rules: [{ ...UNSAFE, minFrames: 1 }] });
    const { events } = await see([
      { label: 'Porn', score: 0.40002 },
      { label: 'Sexy', score: 0.39996 },
      { label: 'Neutral', score: 0.2 },
    ]);
    expect(events).toMatchObject([{ score: 0.8, label: 'Porn' }]);
  });

  it('names no picture when none is kept', async () => {
    const { see } = setUp({ snapshots: false, rules: [{ ...UNSAFE, minFrames: 1 }] });
    expect((await see(PORN)).events[0]?.snapshot).toBeNull();
  });
});

const PORN = [
  { label: 'Porn', score: 0.85 },
  { label: 'Neutral', score: 0.09 },
  { label: 'Sexy', score: 0.06 },
];
const UNLIKELY = [
  { label: 'Neutral', score: 0.94 },
  { label: 'Sexy', score: 0.06 },
];
const LEDGER = { total: 90, decode: 9, queue: 10, preprocess: 4, inference: 67, decide: 0, bound: 500, feasible: true };

function setUp(changes: Partial<CameraJudgeOptions> = {}) {
  const clock = new VirtualClock();
  const judge = new CameraJudge({
    cameraId: 'front_door',
    regions: [{ id: 'full' }],
    rules: [UNSAFE],
    maxGapMs: 10_000,
    model: () => MODEL,
    snapshots: true,
    clock,
    newEventId: eventIdSource(),
    ...changes,
  });
  let sequence = 0;
  /** One frame a second, each judged 97 ms after its arrival: 90 measured before, 7 until the decision. */
  const see = async (scores: readonly LabelScore[], region = 'full') => {
    const receivedMono = sequence * 1_000;
    await clock.advance(receivedMono + 97 - clock.monotonicMs());
    sequence += 1;
    const frame = { sequence, receivedAt: clock.wallMs() - 97, receivedMono, width: 640, height: 360 };
    const batch = { id: 9, size: 5, paddedTo: 8, flushReason: 'deadline' };
    const seen: Classification = { camera: 'front_door', region, frame, scores, ledger: LEDGER, batch };
    return judge.judge(seen);
  };
  return { judge, clock, see };
}
