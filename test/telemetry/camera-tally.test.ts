import { describe, expect, it } from 'vitest';
import { CameraTally } from '../../src/telemetry/camera-tally.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

describe('CameraTally', () => {
  it('counts drops by reason', () => {
    const tally = new CameraTally(new VirtualClock());
    for (const reason of ['superseded', 'motion', 'superseded']) tally.dropped(reason);
    expect(tally.numbers().drops).toEqual({ superseded: 2, motion: 1 });
  });

  it('knows no latency before the first verdict', () => {
    expect(new CameraTally(new VirtualClock()).numbers().latencyMs).toEqual({ p50: null, p95: null });
  });
});
