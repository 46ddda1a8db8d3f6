import type { Camera } from '../state/messages.ts';
import type { EngineFacts } from './system-stats.ts';

export interface Load {
  /** Pictures a second that the cameras that are switched on are to be judged at, in all their regions. */
  readonly asked: number;
  /** Pictures a second at the best batch size, as measured at warm-up; null before the engine is ready. */
  readonly capacity: number | null;
  readonly bestSize: number | null;
  /** asked / capacity. */
  readonly share: number | null;
}

/**
 * How much is asked of the engine, against what it could do if nothing else had a part in it. `regionsOf`: how many a camera has by the configuration, which knows
 * also those that were not judged yet; undefined while that is not known.
 */
export function loadOf(
  cameras: readonly Pick<Camera, 'id' | 'enabled' | 'sampleFps' | 'regions'>[],
  engine: Pick<EngineFacts, 'batchSizes' | 'costMs'> | null,
  regionsOf: (id: string) => number | undefined = () => undefined,
): Load {
  let asked = 0;
  for (const { id, enabled, sampleFps, regions } of cameras) {
    if (enabled) asked += sampleFps * Math.max(1, regionsOf(id) ?? Object.keys(regions).length);
  }
  let capacity: number | null = null;
  let bestSize: number | null = null;
  for (const size of engine?.batchSizes ?? []) {
    const costMs = engine?.costMs[size] ?? 0;
    const rate = costMs > 0 ? (size * 1000) / costMs : 0;
    if (rate > (capacity ?? 0)) [capacity, bestSize] = [rate, size];
  }
  return { asked, capacity, bestSize, share: capacity === null ? null : asked / capacity };
}
