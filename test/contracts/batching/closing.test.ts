import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICIES, perform, plots } from './plot.ts';

const ways = fc.record({
  plot: plots,
  /** ms from the first call of `close` until it is in a hurry; null: never. */
  hurryAfterMs: fc.option(fc.constantFrom(0, 1, 50, 2_000), { nil: null }),
  engine: fc.constantFrom('there', 'away', 'goes', 'returns'),
  /** Frames that still come. */
  offersAfter: fc.nat(3),
});

describe.each(Object.entries(POLICIES))('closing with policy %s, whatever went before', (_, policy) => {
  it('runs or drops everything that waits, takes nothing more, and resolves', async () => {
    await fc.assert(
      fc.asyncProperty(ways, async ({ plot, hurryAfterMs, engine, offersAfter }) => {
        const world = await perform(plot, policy);
        const { scheduler, clock } = world;
        scheduler.engineAvailable(engine === 'there' || engine === 'goes');
        const inFlight = world.inFlight;
        const dropsBefore = world.drops.length;
        const batchesBefore = world.batches.length;

        const hurry = new AbortController();
        let allBackWhenResolved = false;
        const closed = scheduler.close(hurry.signal);
        let resolved = false;
        void closed.then(() => {
          resolved = true;
          allBackWhenResolved = hurry.signal.aborted || world.inFlight === 0;
        });
        expect(scheduler.close()).toBe(closed);
        const outcomes = Array.from({ length: offersAfter }, (_each, index) => world.offer(`c${index}`));
        expect(outcomes.every((outcome) => outcome === 'closed')).toBe(true);

        clock.at(world.nowMono + 10, () => scheduler.engineAvailable(engine === 'there' || engine === 'returns'));
        if (hurryAfterMs !== null) clock.at(world.nowMono + hurryAfterMs, () => hurry.abort());
        await clock.run(world.nowMono + 2_000);
        // After a hurry nobody waits for what hangs in the engine; without one, its owner gives such batches up.
        if (hurryAfterMs === null || hurryAfterMs > 1_999) {
          for (let round = 0; round < 5; round++) {
            world.releaseAll();
            await clock.run(world.nowMono + 3_000);
          }
        }
        expect([resolved, allBackWhenResolved]).toEqual([true, true]);

        expect(scheduler.progress.waiting).toBe(0);
        for (const { frame, outcome } of world.offers)
          expect(world.ends.get(frame.sequence) ?? 0).toBe(outcome === 'closed' || outcome === 'unknownSlot' ? 0 : 1);
        for (const { reason } of world.drops.slice(dropsBefore)) expect(['shutdown', 'expired']).toContain(reason);
        for (const { flushReason } of world.batches.slice(batchesBefore)) expect(flushReason).toBe('drain');
        if (hurryAfterMs === null) expect(world.inFlight).toBe(0);
        else expect(world.inFlight).toBeLessThanOrEqual(Math.max(2, inFlight));
      }),
      { numRuns: 25 },
    );
  });
});
