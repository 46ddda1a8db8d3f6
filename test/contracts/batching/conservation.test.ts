import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calmDown, POLICIES, perform, plots } from './plot.ts';
import { type Offer, sizesOf, type World } from './world.ts';

const isTaken = ({ outcome }: Offer) => outcome === 'accepted' || outcome === 'superseded';
const RUNS = { numRuns: 40 };

describe.each(Object.entries(POLICIES))('BatchScheduler with policy %s, whatever happens', (_, policy) => {
  /** What must hold at the end of any plot, with the engine back and everything run. */
  const holds = (title: string, check: (world: World) => void) => {
    it(title, async () => {
      await fc.assert(
        fc.asyncProperty(plots, async (plot) => {
          const world = await perform(plot, policy);
          await calmDown(world);
          check(world);
        }),
        RUNS,
      );
    });
  };

  holds('ends each frame that it took exactly once, and none that it did not take', ({ offers, ends }) => {
    for (const offer of offers) expect(ends.get(offer.frame.sequence) ?? 0, `frame ${offer.frame.sequence}`).toBe(isTaken(offer) ? 1 : 0);
  });

  holds('drops for a reason, and for a true one', ({ drops, offers }) => {
    for (const { entry, reason, atMono } of drops) {
      expect(['superseded', 'expired', 'shutdown']).toContain(reason);
      const { receivedMono, sequence } = entry.frame;
      const offeredMono = offers[sequence - 1]?.atMono ?? Number.NaN;
      const arrivedMono = Number.isFinite(receivedMono) ? Math.min(receivedMono, offeredMono) : offeredMono;
      if (reason === 'expired') expect(atMono - arrivedMono).toBeGreaterThan(Math.max(2 * entry.slot.maxLatencyMs, 2_000));
    }
    for (const { frame, region, outcome, dropped } of offers) {
      expect(dropped.map(({ reason }) => reason)).toEqual(outcome === 'superseded' ? ['superseded'] : []);
      for (const { entry } of dropped) expect([entry.frame.cameraId, entry.slot.region]).toEqual([frame.cameraId, region]);
    }
  });

  holds('judges the newest frame of a slot', ({ batches, offers }) => {
    for (const { entries, offersBefore } of batches) {
      for (const { slot, frame } of entries) {
        const newest = offers.findLast(
          (offer) => offer.frame.sequence <= offersBefore && offer.frame.cameraId === slot.cameraId && offer.region === slot.region && isTaken(offer),
        );
        expect(frame.sequence).toBe(newest?.frame.sequence);
      }
    }
  });

  holds('judges nothing of a slot that is gone', ({ batches }) => {
    expect(batches.filter(({ strangers }) => strangers > 0)).toEqual([]);
  });

  holds('believes no arrival after the present, and none that is no time', ({ batches }) => {
    for (const { entries, formedMono } of batches) {
      for (const { slot, unservedSince, deadlineMono } of entries) {
        expect(unservedSince).toBeLessThanOrEqual(formedMono);
        expect(deadlineMono).toBe(unservedSince + slot.maxLatencyMs);
      }
    }
  });

  holds('never has two entries of one slot in a batch', ({ batches }) => {
    for (const { entries } of batches) {
      expect(new Set(entries.map(({ slot }) => `${slot.cameraId}/${slot.region}`)).size).toBe(entries.length);
    }
  });

  holds('runs batches of allowed sizes only, the smallest that holds the entries, also when the ladder changes in between', ({ batches }) => {
    for (const { entries, paddedTo, ladder } of batches) {
      expect(entries.length).toBeGreaterThan(0);
      expect(ladder.find((size) => size >= entries.length)).toBe(paddedTo);
    }
    expect(batches.map(({ id }) => id)).toEqual(batches.map((_batch, index) => index + 1));
  });

  holds('lets at most one frame a slot wait, and at most two batches be in flight', ({ largestInFlight, largestWaiting }) => {
    expect(largestInFlight).toBeLessThanOrEqual(2);
    expect(largestWaiting).toBeLessThanOrEqual(8);
  });

  holds('forgets nobody: with the engine back, everything that waits runs by itself', ({ scheduler }) => {
    expect(scheduler.progress).toMatchObject({ waiting: 0, inFlight: 0 });
  });

  holds('counts what it did', ({ scheduler, batches }) => {
    const { stats } = scheduler;
    const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, count) => total + count, 0);
    expect(stats.batches).toBe(batches.length);
    expect(stats.entries).toBe(batches.reduce((total, { entries }) => total + entries.length, 0));
    expect([sum(stats.bySize), sum(stats.byReason)]).toEqual([batches.length, batches.length]);
    expect(sizesOf(stats.bySize).every((size) => size >= 1 && size <= 8)).toBe(true);
  });
});
