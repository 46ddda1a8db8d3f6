import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bookDecision, roundLedger } from '../../src/events/latency-ledger.ts';

const ms = fc.double({ min: 0, max: 5_000, noNaN: true });

it('books what passed since the hand-over as deciding, and the parts add up before and after rounding', () => {
  fc.assert(
    fc.property(ms, ms, ms, ms, ms, ms, (receivedMono, decode, queue, preprocess, inference, deciding) => {
      const handed = { total: decode + queue + preprocess + inference, decode, queue, preprocess, inference, decide: 0, bound: 500, feasible: false };
      const booked = bookDecision(handed, receivedMono, receivedMono + handed.total + deciding);
      expect(booked.decide).toBeCloseTo(deciding, 6);
      for (const ledger of [booked, roundLedger(booked)]) {
        expect(ledger.decode + ledger.queue + ledger.preprocess + ledger.inference + ledger.decide).toBeCloseTo(ledger.total, 6);
      }
    }),
  );
});

it('never books a negative time', () => {
  const handed = { total: 90, decode: 90, queue: 0, preprocess: 0, inference: 0, decide: 0, bound: 500, feasible: true };
  expect(bookDecision(handed, 0, 89.999)).toEqual(handed);
});
