import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeader, encodeRecord, TRACE_ENDS, type TraceHeader, type TraceRecord } from '../../src/batching/arrival-trace.ts';
import { decodeTrace } from '../../src/batching/trace-decoding.ts';

const header: TraceHeader = {
  recordedBy: '0.1.0',
  sizes: [1, 2, 4],
  costMs: { 1: 30.5, 2: 61, 4: 120 },
  preprocessMs: 2.5,
  overheadMs: 2,
  engine: { backend: 'onnx', device: 'cpu', precision: 'float32', threads: 2 },
  policy: { name: 'deadline', maxQueueDelayMs: 50 },
};

/** As the file keeps them: to 10 µs, without minus zero, which JSON does not know. */
const ms = (least: number) => fc.integer({ min: least * 100, max: 100_000_000 }).map((hundredths) => hundredths / 100);
const slot = fc.nat({ max: 4 });
const cost = fc.record({ preprocessMs: ms(0), inferenceMs: ms(0) });
const afterSlots: fc.Arbitrary<TraceRecord> = fc.oneof(
  fc.record({ kind: fc.constant('gone' as const), atMs: ms(0), slot }),
  fc.record({ kind: fc.constant('frame' as const), atMs: ms(0), slot, ageMs: ms(0) }),
  fc.record({
    kind: fc.constant('batch' as const),
    atMs: ms(0),
    tookMs: ms(0),
    paddedTo: fc.integer({ min: 1, max: 64 }),
    cost: fc.option(cost),
    slots: fc.array(slot, { minLength: 1, maxLength: 16 }),
  }),
  fc.record({ kind: fc.constant('engine' as const), atMs: ms(0), available: fc.boolean() }),
  fc.record({ kind: fc.constant('ladder' as const), atMs: ms(0), sizes: fc.constant([1, 2]), costMs: fc.constant({ 1: 9, 2: 10.25 }) }),
  fc.record({ kind: fc.constant('lost' as const), atMs: ms(0), count: fc.nat() }),
);
const slots: readonly TraceRecord[] = [0, 1, 2, 3, 4].map((number) => ({
  ...{ kind: 'slot' as const, atMs: 0, slot: number, camera: number % 3, region: number % 2 },
  ...{ maxLatencyMs: 100.5, weight: 0.5 },
}));

describe('an arrival trace', () => {
  it('reads as it was written', () => {
    fc.assert(
      fc.property(fc.array(afterSlots), fc.option(fc.constantFrom(...TRACE_ENDS)), (drawn, end) => {
        // As a recorder writes them.
        const others = drawn.toSorted((a, b) => a.atMs - b.atMs);
        const last: readonly TraceRecord[] = end === null ? [] : [{ kind: 'end', atMs: 1_000_000, reason: end }];
        const records = [...slots, ...others, ...last];
        const text = [encodeHeader(header), ...records.map(encodeRecord)].map((line) => `${line}\n`).join('');
        expect(decodeTrace(text, 'trace')).toEqual({ header, records, end });
      }),
    );
  });

  it('takes few bytes a frame', () => {
    expect(encodeRecord({ kind: 'frame', atMs: 123_456.789_012, slot: 17, ageMs: 9.000_000_1 })).toBe('["frame",123456.79,17,9]');
    expect(encodeRecord({ kind: 'batch', atMs: 9.1, tookMs: 40.004, paddedTo: 2, cost: null, slots: [3] })).toBe('["batch",9.1,40,2,null,null,[3]]');
  });
});
