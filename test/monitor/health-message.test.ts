import { expect, it } from 'vitest';
import { healthMessage } from '../../src/monitor/health-message.ts';
import { exampleCamera } from '../helpers/http-stage.ts';

it('says how well a camera is judged, and null of what was not measured', () => {
  const view = { ...exampleCamera('yard'), receivedPerSecond: 2.04, classifiedPerSecond: 1.96, latencyMs: { p50: 51.26, p95: null } };
  expect(healthMessage(view, Date.UTC(2026, 0, 1))).toEqual({
    ...{ camera: 'yard', at: '2026-01-01T00:00:00.000Z', state: 'live', deadlineMissed: 0 },
    ...{ receivedPerSecond: 2, classifiedPerSecond: 2, latencyMs: { p50: 51.3, p95: null } },
  });
});
