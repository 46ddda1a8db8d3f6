import type { CameraView } from '../http/monitor-view.ts';
import { isoTime } from '../util/clock.ts';

/** How well a camera is judged, for `<base>/<camera>/health`: rates over the last ten seconds, latencies over the last minute. */
export function healthMessage({ id, state, latencyMs, receivedPerSecond, classifiedPerSecond, deadlineMissed }: CameraView, wallMs: number): object {
  const rates = { receivedPerSecond: tenth(receivedPerSecond), classifiedPerSecond: tenth(classifiedPerSecond) };
  return {
    camera: id,
    at: isoTime(wallMs),
    state,
    latencyMs: { p50: rounded(latencyMs.p50), p95: rounded(latencyMs.p95) },
    ...rates,
    deadlineMissed,
  };
}

function rounded(value: number | null): number | null {
  return value === null ? null : tenth(value);
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
