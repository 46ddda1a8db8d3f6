import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { BatchEntry, DropReason } from '../../../src/batching/batch.ts';
import type { EntryScores, InferenceRun } from '../../../src/engine/process/batch-outcome.ts';
import { BatchRunner } from '../../../src/engine/process/batch-runner.ts';
import { batchOf, type FrameWish } from '../../helpers/batch-of-frames.ts';
import { COMMANDS, PuppetEngine, type PuppetRequest } from '../../helpers/puppet-engine.ts';
import { recordingLogger } from '../../helpers/recording-logger.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

function runner(engine: PuppetEngine = new PuppetEngine()) {
  const clock = new VirtualClock(20);
  const scores: EntryScores[] = [];
  const drops: [number, DropReason][] = [];
  const ladders: (readonly number[])[] = [];
  const runs: InferenceRun[] = [];
  const made = new BatchRunner({
    engine,
    clock,
    log: recordingLogger(),
    parallelPictures: 2,
    onScores: (entryScores) => scores.push(entryScores),
    onDrop: (entry: BatchEntry, reason) => drops.push([entry.frame.sequence, reason]),
    onLadder: (batchSizes) => ladders.push(batchSizes),
    onInference: (run) => runs.push(run),
  });
  /** Places of the batch that got the scores of their own picture. */
  const scored = () => {
    for (const { entry, probabilities } of scores) expect(probabilities[(entry.frame.pixels[0] ?? 0) % 5]).toBe(1);
    return scores.map(({ entry }) => entry.frame.sequence).sort((a, b) => a - b);
  };
  return { engine, runner: made, clock, scores, drops, ladders, runs, scored };
}

const good = (count: number): FrameWish[] => Array.from({ length: count }, (_, index) => ({ byte: index + 1 }));
const requested = (engine: PuppetEngine, count: number) => vi.waitFor(() => expect(engine.requests).toHaveLength(count), { interval: 1 });

/** Fails as a network would that cannot stand a certain picture. */
function obey(engine: PuppetEngine): void {
  engine.onRequest = (request) => {
    if (request.bytes.includes(COMMANDS.throws)) request.fail('ENGINE_INFERENCE_FAILED');
    return 'answer';
  };
}

describe('BatchRunner', () => {
  it('gives every entry its own scores, with a ledger that adds up', async () => {
    const t = runner();
    t.engine.onRequest = () => 'hold';
    const done = t.runner.execute(batchOf(good(3), 4, 7));
    await requested(t.engine, 1);
    expect(t.engine.requests[0]).toMatchObject({ bytes: [1, 2, 3, 0], count: 3, paddedTo: 4 });
    await t.clock.advance(40);
    t.engine.requests[0]?.answer();
    expect(await done).toEqual({ preprocessMs: 0, inferenceMs: 40 });
    expect(t.scored()).toEqual([0, 1, 2]);
    expect(t.scores[0]).toMatchObject({ paddedTo: 4, batch: { id: 7 }, engine: { model: 'puppet' }, finishedMono: 60 });
    expect(t.scores[0]?.ledger).toEqual({ decode: 5, queue: 15, preprocess: 0, inference: 40 });
    expect(t.runs).toEqual([{ count: 3, paddedTo: 4, inferenceMs: 40, networkMs: 1 }]);
  });

  it('prepares the next batch, and hands it to the engine, while one runs; its wait counts as queue', async () => {
    const t = runner();
    t.engine.onRequest = () => 'hold';
    const first = t.runner.execute(batchOf(good(2), 2, 1));
    await requested(t.engine, 1);
    const second = t.runner.execute(batchOf(good(1), 1, 2));
    await requested(t.engine, 2);
    await t.clock.advance(30);
    t.engine.requests[0]?.answer();
    expect(await first).toMatchObject({ inferenceMs: 30 });
    await t.clock.advance(12);
    t.engine.requests[1]?.answer();
    expect(await second).toMatchObject({ inferenceMs: 12 });
    const ledger = t.scores[2]?.ledger;
    expect(ledger).toEqual({ decode: 5, queue: 45, preprocess: 0, inference: 12 });
    for (const { ledger: parts, finishedMono } of t.scores)
      expect(parts.decode + parts.queue + parts.preprocess + parts.inference).toBe(finishedMono);
  });

  it('lets batches into the engine in their order, however fast each is prepared', async () => {
    const t = runner();
    await Promise.all([t.runner.execute(batchOf(good(16), 16, 1)), t.runner.execute(batchOf(good(1), 1, 2))]);
    expect(t.engine.requests.map(({ count }) => count)).toEqual([16, 1]);
  });

  it('isolates the picture that cannot be classified and loses no other, with good answers between the failures', async () => {
    for (const bad of [0, 5, 15]) {
      const t = runner();
      obey(t.engine);
      const wishes = good(16).map((wish, place) => (place === bad ? { byte: COMMANDS.throws } : wish));
      expect(await t.runner.execute(batchOf(wishes, 16))).toBe('failed');
      expect(t.drops).toEqual([[bad, 'invalid']]);
      expect(t.scored()).toEqual(Array.from({ length: 16 }, (_, place) => place).filter((place) => place !== bad));
      const failed = t.engine.requests.map(({ bytes }) => bytes.includes(COMMANDS.throws));
      expect(
        Math.max(
          ...failed
            .join()
            .split('false')
            .map((row) => row.split('true').length - 1),
        ),
      ).toBeLessThan(5);
    }
  });

  it('gives every entry exactly one outcome, whatever fails', async () => {
    const outcome = fc.constantFrom('ok', 'ENGINE_INFERENCE_FAILED', 'ENGINE_OUT_OF_MEMORY', 'ENGINE_DIED', 'ENGINE_TIMEOUT', 'ENGINE_PROTOCOL');
    await fc.assert(
      fc.asyncProperty(fc.array(outcome, { maxLength: 40 }), fc.integer({ min: 1, max: 16 }), async (script, count) => {
        const t = runner();
        t.engine.onRequest = (request) => {
          const step = script.shift() ?? 'ok';
          if (step !== 'ok') request.fail(step);
          return 'answer';
        };
        await t.runner.execute(batchOf(good(count), 16));
        expect([...t.scored(), ...t.drops.map(([place]) => place)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, place) => place));
      }),
      { numRuns: 40 },
    );
  });

  it('tries a single picture twice before it gives it up', async () => {
    const t = runner();
    t.engine.onRequest = (request) => {
      if (t.engine.requests.length === 1) request.fail('ENGINE_INFERENCE_FAILED');
      return 'answer';
    };
    await t.runner.execute(batchOf(good(1), 1));
    expect([t.scored(), t.drops]).toEqual([[0], []]);
  });

  it('drops a frame that is broken before the engine sees it', async () => {
    const t = runner();
    // Its time counts as that of a batch of four only when four places were used.
    expect(await t.runner.execute(batchOf([{ byte: 1 }, { byte: 2, broken: true }, { byte: 3 }], 4))).toBe('failed');
    expect([t.scored(), t.drops]).toEqual([[0, 2], [[1, 'invalid']]]);
    expect(await t.runner.execute(batchOf([{ byte: 1 }, { byte: 2, broken: true }, { byte: 3 }, { byte: 4 }], 4))).toEqual({
      preprocessMs: 0,
      inferenceMs: 0,
    });
    expect(await t.runner.execute(batchOf([{ byte: 2, broken: true }], 1))).toBe('failed');
  });

  it('takes the size at which memory ended off the ladder and repeats in halves, until another engine runs', async () => {
    const t = runner();
    const tooLarge = (request: PuppetRequest) => {
      if (request.paddedTo > 4) request.fail('ENGINE_OUT_OF_MEMORY');
      return 'answer' as const;
    };
    t.engine.onRequest = tooLarge;
    await t.runner.execute(batchOf(good(16), 16));
    expect(t.ladders).toEqual([
      [1, 2, 4, 8],
      [1, 2, 4],
    ]);
    expect([t.scored(), t.drops]).toEqual([Array.from({ length: 16 }, (_, place) => place), []]);
    t.engine.requests.length = 0;
    // A batch that was formed before the scheduler heard of it.
    await t.runner.execute(batchOf(good(16), 16));
    expect(t.engine.requests.map(({ paddedTo }) => paddedTo)).toEqual([4, 4, 4, 4]);
    t.engine.info = { ...t.engine.info };
    t.engine.onRequest = () => 'answer';
    t.engine.requests.length = 0;
    await t.runner.execute(batchOf(good(16), 16));
    expect(t.engine.requests.map(({ paddedTo }) => paddedTo)).toEqual([16]);
  });

  it('repeats once what an engine took with it, as soon as there is one again', async () => {
    const t = runner();
    t.engine.onRequest = (request) => {
      if (t.engine.requests.length > 1) return 'answer';
      t.engine.available = false;
      request.fail('ENGINE_DIED');
      return 'hold';
    };
    const done = t.runner.execute(batchOf(good(3), 4));
    await requested(t.engine, 1);
    await t.clock.advance(900);
    expect(t.engine.requests).toHaveLength(1);
    t.engine.available = true;
    expect(await done).toBe('failed');
    expect([t.scored(), t.drops]).toEqual([[0, 1, 2], []]);
  });

  it('drops what became too old meanwhile, and what takes a second engine with it', async () => {
    const t = runner();
    t.engine.available = false;
    const waiting = t.runner.execute(batchOf([{ byte: 1 }, { byte: 2, maxLatencyMs: 5000 }], 2));
    await vi.waitFor(() => expect(t.engine.waiting).toBe(1), { interval: 1 });
    await t.clock.advance(4000);
    t.engine.available = true;
    await waiting;
    expect([t.scored(), t.drops]).toEqual([[1], [[0, 'engine']]]);

    const deadly = runner();
    deadly.engine.onRequest = (request) => {
      request.fail('ENGINE_TIMEOUT');
      return 'hold';
    };
    expect(await deadly.runner.execute(batchOf(good(2), 2))).toBe('failed');
    expect(deadly.engine.requests).toHaveLength(2);
    expect(deadly.drops).toEqual([
      [0, 'engine'],
      [1, 'engine'],
    ]);
  });

  it('survives a listener that throws, and the next batch runs', async () => {
    const t = runner();
    const drops: number[] = [];
    const broken = new BatchRunner({
      engine: t.engine,
      clock: t.clock,
      log: recordingLogger(),
      parallelPictures: 1,
      onScores: () => {
        throw new Error('a fault elsewhere');
      },
      onDrop: (entry) => drops.push(entry.frame.sequence),
      onLadder: () => undefined,
    });
    expect(await broken.execute(batchOf(good(2), 2))).toBe('failed');
    expect(await broken.execute(batchOf(good(1), 1))).toBe('failed');
    expect(t.engine.requests).toHaveLength(2);
    expect(drops).toEqual([1]);
  });
});
