import { describe, expect, it } from 'vitest';
import { statsOf } from '../../src/telemetry/stats.ts';
import { Totals } from '../../src/telemetry/totals.ts';
import { exampleCamera } from '../helpers/http-stage.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('statsOf', () => {
  it('adds up over the cameras', () => {
    const camera = exampleCamera('a');
    const stats = statsOf({
      wallMs: 0,
      uptimeMs: 61_999,
      version: '1',
      cameras: [
        { ...camera, drops: { motion: 1, superseded: 2 }, deadlineMissed: 1 },
        { ...camera, id: 'b', state: 'offline', drops: { superseded: 5 }, deadlineMissed: 2, bound: { ...camera.bound, feasible: false } },
        { ...camera, id: 'c', state: 'offline', bound: { feasible: null, smallestMs: null, since: null, message: null } },
      ],
      totals: new Totals(new VirtualClock()).numbers(),
      engine: {
        backend: 'onnx',
        device: 'cpu',
        precision: 'float32',
        threads: 2,
        model: 'm',
        sha256: 'x',
        labels: ['long', 'list'],
        inputSize: 299,
        fit: 'stretch',
        selfTest: 'golden',
        batchSizes: [1],
        costMs: { 1: 30 },
        fallback: null,
      },
      history: { storeId: 's', lastSequence: 4, oldestSequence: 2 },
      outbox: { depth: 3, oldestSeconds: 0.5 },
      mqtt: { connected: false, error: 'refused' },
      memory: { rss: 1, heapUsed: 1 },
    });
    expect(stats).toMatchObject({
      at: '1970-01-01T00:00:00.000Z',
      uptimeSeconds: 61,
      cameras: { total: 3, live: 1, byState: { live: 1, offline: 2 } },
      drops: { motion: 1, superseded: 7 },
      deadlineMissed: 3,
      boundsInfeasible: 1,
      events: { lastSequence: 4, storeId: 's' },
      engine: { model: 'm', restarts: 0 },
      mqtt: { error: 'refused' },
    });
    expect(JSON.stringify(stats)).not.toContain('labels');
  });
});
