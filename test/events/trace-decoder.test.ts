import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceSession } from '../../src/events/score-trace.ts';
import { readTraceChunk } from '../../src/events/trace-decoder.ts';
import { TraceEncoder } from '../../src/events/trace-encoder.ts';
import { hasCode } from '../../src/util/errors.ts';

const SESSION: TraceSession = {
  ...{ key: 1, camera: 'door', region: 'full', maxGapMs: 10_000, whole: false, labels: ['cat'], groups: [['cat', 'dog']] },
};

function chunk() {
  const encoder = new TraceEncoder(SESSION);
  encoder.frame({ mono: 5, wall: 10, sequence: 1, scores: [{ label: 'cat', score: 0.5 }] });
  encoder.interruption('shutdown', 9, 14);
  const taken = encoder.take();
  if (!taken) throw new Error('nothing was written');
  return taken;
}

describe('readTraceChunk', () => {
  it('refuses another format, labels and reasons without a name, and what ends in the middle', () => {
    const whole = chunk();
    const read =
      (bytes: Uint8Array, labels = whole.labels) =>
      () =>
        readTraceChunk({ session: SESSION, chunk: { ...whole, bytes, labels } });
    expect(read(whole.bytes)()).toHaveLength(2);
    expect(read(Uint8Array.of(2, ...whole.bytes.slice(1)))).toThrow(/door, full cannot be read: format 2/);
    expect(read(whole.bytes, [])).toThrow(/a label without a name/);
    expect(read(Uint8Array.of(...whole.bytes.slice(0, -1), 99))).toThrow(/a break without a reason/);
    expect(read(whole.bytes.slice(0, 8))).toThrow(/it ends in the middle/);
  });

  it('never runs on, whatever the bytes: it reads entries or says that it cannot', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const entries = readTraceChunk({ session: SESSION, chunk: { ...chunk(), bytes: Uint8Array.of(1, ...bytes) } });
          expect(entries.length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(hasCode(error, 'STORE_CORRUPT')).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
