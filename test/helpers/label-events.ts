import type { LabelEvent, UnsequencedEvent } from '../../src/events/label-event.ts';

/** A whole, valid event message of which a test changes only what it is about. */
export function labelEvent(changes: Partial<UnsequencedEvent> = {}): UnsequencedEvent {
  const id = changes.id ?? '01JD8Q4Z3M5R7T9V1X2Y4Z6A8B';
  return {
    schema: 1,
    id,
    type: 'start',
    camera: 'front_door',
    region: 'full',
    rule: 'unsafe',
    label: 'Porn',
    score: 0.91,
    peakScore: 0.91,
    top: [{ label: 'Porn', score: 0.85 }],
    startedAt: '2026-01-01T00:00:00.000Z',
    at: '2026-01-01T00:00:01.000Z',
    endedAt: null,
    endReason: null,
    frame: { sequence: 812, receivedAt: '2026-01-01T00:00:01.000Z', width: 640, height: 360 },
    latencyMs: { total: 92.3, decode: 9.1, queue: 12.1, preprocess: 4, inference: 67, decide: 0.1, bound: 500, feasible: true },
    batch: { id: 9001, size: 5, paddedTo: 8, flushReason: 'deadline' },
    model: { name: 'inception-v3-content-safety', sha256: 'ab', backend: 'onnx', device: 'cpu', precision: 'float32' },
    snapshot: `/api/events/${id}/snapshot.jpg`,
    strip: `/api/events/${id}/strip.jpg`,
    ...changes,
  };
}

export function sequencedEvent(sequence: number, changes: Partial<UnsequencedEvent> = {}): LabelEvent {
  return { ...labelEvent(changes), sequence };
}
