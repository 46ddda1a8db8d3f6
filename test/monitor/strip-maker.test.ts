import { describe, expect, it } from 'vitest';
import { HeldPictures } from '../../src/monitor/held-pictures.ts';
import { StripMaker, type StripOutcome } from '../../src/monitor/strip-maker.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { SMALL_FRAME_BYTES, smallFrame } from './frames.ts';

function stage(options: { readonly mostFrames?: number; readonly encode?: () => Promise<void> } = {}) {
  const [memory, clock, logger] = [new PictureMemory(), new VirtualClock(), recordingLogger()];
  const held = new HeldPictures(memory, (options.mostFrames ?? 1000) * SMALL_FRAME_BYTES);
  const kept: [readonly string[], string][] = [];
  const ended: [string, StripOutcome][] = [];
  const described: { readonly deciding: number; readonly pictures: readonly object[] }[] = [];
  const maker = new StripMaker({
    ...{ held, clock, logger },
    // Each picture's first byte, as it is when it is encoded.
    encodeStrip: async (frames, description) => {
      await options.encode?.();
      described.push(JSON.parse(description));
      return Buffer.from(frames.map(({ pixels }) => pixels[0] ?? 0));
    },
    keep: async ({ stored }, jpeg) => void kept.push([await stored, [...jpeg].join()]),
    ended: (camera, outcome) => ended.push([camera, outcome]),
  });
  const frame = (sequence: number, changes: Partial<Frame> = {}) => smallFrame(memory, sequence, changes);
  const begin = (deciding: Frame, before: readonly Frame[] = [], eventIds: readonly string[] = [`e${deciding.sequence}`]) =>
    maker.begin({ eventIds, region: 'full', frame: deciding, before, waitMs: 10_000, stored: Promise.resolve(eventIds) });
  return { maker, memory, clock, logger, held, kept, ended, described, frame, begin };
}

describe('StripMaker', () => {
  it('makes a strip of two frames before, the deciding one and the next two of that camera and region, and then holds nothing', async () => {
    const { maker, clock, held, kept, ended, described, frame, begin } = stage();
    begin(frame(12), [frame(10), frame(11)], ['a', 'b']);
    maker.offer('gate', frame(13));
    maker.offer('full', frame(13, { cameraId: 'yard' }));
    maker.offer('full', frame(12));
    maker.offer('full', frame(14));
    expect(kept).toEqual([]);
    maker.offer('full', frame(15));
    await maker.settled();
    expect(kept).toEqual([[['a', 'b'], '10,11,12,14,15']]);
    expect(described[0]).toMatchObject({
      camera: 'door',
      deciding: 2,
      pictures: [{ sequence: 10, receivedAt: '2026-01-01T00:00:10.000Z', width: 8 }, {}, {}, {}, {}],
    });
    expect(ended).toEqual([
      ['door', 'whole'],
      ['door', 'whole'],
    ]);
    maker.offer('full', frame(16));
    expect([held.bytes, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('leaves out what there is not: at the beginning, when nothing comes in time, and when the camera ends', async () => {
    const { maker, clock, kept, ended, described, held, frame, begin } = stage();
    begin(frame(1));
    maker.offer('full', frame(2));
    await clock.advance(10_000);
    begin(frame(21), [frame(20)]);
    maker.end('yard');
    maker.end('door');
    await maker.settled();
    expect(kept.map(([, jpeg]) => jpeg)).toEqual(['1,2', '20,21']);
    expect(described.map(({ deciding }) => deciding)).toEqual([0, 1]);
    expect([ended.map(([, outcome]) => outcome), held.bytes, clock.pendingTimers]).toEqual([['short', 'short'], 0, 0]);
  });

  it('makes so many at a time at most: then events have none, which is told and counted', async () => {
    const { maker, logger, kept, ended, frame, begin } = stage();
    for (let sequence = 1; sequence <= 34; sequence += 1) begin(frame(sequence));
    expect(ended).toEqual([
      ['door', 'crowded'],
      ['door', 'crowded'],
    ]);
    expect(logger.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ['warn', { camera: 'door', events: ['e33'], reason: 'crowded' }],
      ['warn', { camera: 'door', events: ['e34'], reason: 'crowded' }],
    ]);
    maker.end('door');
    await maker.settled();
    expect(kept).toHaveLength(32);
    begin(frame(40));
    expect(ended.filter(([, outcome]) => outcome === 'crowded')).toHaveLength(2);
  });

  it('holds no more than it may: what has no room is left out', async () => {
    const { maker, kept, ended, held, frame, begin } = stage({ mostFrames: 2 });
    begin(frame(1));
    maker.offer('full', frame(2));
    begin(frame(2));
    expect(ended).toEqual([['door', 'memory']]);
    maker.offer('full', frame(3));
    await maker.settled();
    expect([kept.map(([, jpeg]) => jpeg), ended.at(-1), held.bytes]).toEqual([['1,2'], ['door', 'short'], 0]);
  });

  it('encodes one at a time, goes on after a failure, and holds the frames until they are encoded', async () => {
    const gates: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const { maker, kept, ended, held, logger, frame, begin } = stage({
      encode: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => gates.push(resolve));
        running -= 1;
        if (gates.length === 1) throw new Error('no');
      },
    });
    for (const sequence of [1, 2, 3]) begin(frame(sequence));
    maker.end('door');
    const settled = maker.settled();
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      expect(held.bytes).toBe((3 - turn) * SMALL_FRAME_BYTES);
      gates[turn]?.();
    }
    await settled;
    expect([most, kept.map(([, jpeg]) => jpeg), held.bytes]).toEqual([1, ['2', '3'], 0]);
    expect(ended.map(([, outcome]) => outcome)).toEqual(['failed', 'short', 'short']);
    expect(logger.lines.map(({ message }) => message)).toEqual(['the strip of an event could not be kept']);
  });
});
