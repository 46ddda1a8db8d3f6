import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { NewestPictures } from '../../src/http/newest-pictures.ts';
import { openBatcher } from '../../src/monitor/batcher.ts';
import type { Frame } from '../../src/stream/frame.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { accepted } from '../config/sample.ts';
import { PuppetEngine } from '../helpers/puppet-engine.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

// Batcher, runner and newest pictures on one memory, as in the daemon. Each picture is in a colour of its own: wherever it is looked at later, it must
// still be.

const CAMERAS = ['door', 'yard', 'gate'];
const REGIONS = ['full', 'left'];
const [WIDTH, HEIGHT] = [8, 4];
const FRAMES = 240;
const BYTES = WIDTH * HEIGHT * 3;
const colourOf = ({ cameraId, sequence }: Pick<Frame, 'cameraId' | 'sequence'>) => (CAMERAS.indexOf(cameraId) * 64 + (sequence % 64)) % 200;
const isIntact = (frame: Frame) => frame.pixels.every((byte) => byte === colourOf(frame));

async function play(memory: PictureMemory) {
  const clock = new VirtualClock(10_000);
  const engine = new PuppetEngine({ ...new PuppetEngine().info, batchSizes: [1, 2, 4] });
  const seen = { judged: 0, dropped: 0, newest: 0, spoiled: 0 };
  const look = (frame: Frame, where: 'judged' | 'dropped' | 'newest') => {
    seen[where] += 1;
    if (!isIntact(frame)) seen.spoiled += 1;
  };
  const newest = new NewestPictures(memory, async (frame) => {
    for (let turns = 0; turns < 5; turns++) await nextTurn();
    look(frame, 'newest');
    return frame.pixels.slice(0, 1);
  });
  engine.onRequest = ({ bytes }) => {
    // An engine that dies under a batch: its pictures are judged by the next one, or dropped.
    if (bytes[0] === 17) throw new Error('the puppet fails');
    return 'answer';
  };
  const batcher = openBatcher({
    ...{
      batching: accepted('cameras: {}').batching,
      version: 'test',
      engine,
      clock,
      logger: silentLogger,
      metrics: new Metrics(clock),
      memory,
      trace: null,
    },
    frames: { batchFormed() {}, frameDropped: ({ frame }) => look(frame, 'dropped') },
    deliver({ entry: { frame } }) {
      look(frame, 'judged');
      newest.offer(frame);
    },
  });
  for (const cameraId of CAMERAS)
    for (const region of REGIONS)
      batcher.intake.addSlot({ cameraId, region, crop: region === 'left' ? [0, 0, 0.5, 1] : null, maxLatencyMs: 100, weight: 1 });
  for (let count = 0; count < FRAMES; count++) {
    const cameraId = CAMERAS[(count * 7) % CAMERAS.length] ?? '';
    const now = clock.monotonicMs();
    const taken = memory.take(BYTES);
    const frame = {
      ...{ cameraId, sequence: count, receivedAt: now, receivedMono: now, decodedMono: now, width: WIDTH, height: HEIGHT },
      pixels: taken.fill(colourOf({ cameraId, sequence: count })),
    };
    for (const region of REGIONS) batcher.intake.offer(cameraId, region, frame);
    if (count % 5 === 0) void newest.picture(cameraId);
    // Preprocessing is real work outside of the virtual clock: every now and then it is waited for.
    if (count % 8 === 0) while (batcher.scheduler.progress.inFlight > 0) await nextTurn();
    await clock.advance(count % 4);
  }
  const closed = batcher.scheduler.close();
  while (batcher.scheduler.progress.inFlight + batcher.scheduler.progress.waiting > 0) {
    await nextTurn();
    await clock.advance(1);
  }
  await closed;
  return seen;
}

describe('the memory of pictures', () => {
  it('is used again, and no picture is written over while anybody looks at it', async () => {
    const memory = new PictureMemory();
    const take = vi.spyOn(memory, 'take');
    const { judged, dropped, newest, spoiled } = await play(memory);
    expect(spoiled).toBe(0);
    expect(judged + dropped, 'each region of each frame ends once').toBe(FRAMES * REGIONS.length);
    expect(Math.min(judged, dropped, newest), JSON.stringify({ judged, dropped, newest })).toBeGreaterThan(20);
    const pictures = take.mock.results.map(({ value }) => value as Uint8Array);
    expect(pictures.length).toBe(FRAMES);
    expect(new Set(pictures).size, 'those that were looked at are kept').toBeLessThan(FRAMES / 2);
  });
});
