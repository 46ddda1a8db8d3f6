import type { CameraConfig } from '../config/config.ts';
import type { CoverageView } from '../events/coverage.ts';
import type { CameraStateMessage } from '../sinks/publisher.ts';
import type { CameraStatus } from '../stream/camera-status.ts';
import { isoTime } from '../util/clock.ts';
import type { BoundView, CameraNumbers, CameraView, RuleView } from './monitor-view.ts';

/**
 * What other programs see of a camera. Fields are picked one by one: a new field of the configuration (its URL may hold a token) never
 * leaks by being forgotten. `verdict` is null before the first one.
 */
export function cameraView(
  config: CameraConfig,
  enabled: boolean,
  status: CameraStatus,
  verdict: CameraStateMessage | null,
  bound: BoundView,
  coverage: CoverageView | null,
  numbers: CameraNumbers,
): CameraView {
  return {
    id: config.id,
    name: config.name,
    enabled,
    state: status.state,
    since: isoTime(status.since),
    error: status.error && { code: status.error.code, message: status.error.message, at: isoTime(status.error.at) },
    nextTryAt: status.nextTryAt === null ? null : isoTime(status.nextTryAt),
    restarts: status.restarts,
    coverage,
    stream: {
      codec: status.codec,
      width: status.sourceWidth,
      height: status.sourceHeight,
      framesPerSecond: status.framesPerSecond,
      keyFrameIntervalMs: status.keyFrameIntervalMs,
      decode: status.decode,
      decodeAgeMs: status.decodeAgeMs,
    },
    sampleFps: config.sampleFps,
    maxLatencyMs: config.maxLatencyMs,
    bound,
    at: verdict?.at ?? null,
    sequence: verdict?.sequence ?? null,
    label: verdict?.label ?? null,
    score: verdict?.score ?? null,
    top: verdict?.top ?? [],
    regions: verdict?.regions ?? {},
    rules: Object.fromEntries(config.rules.map((rule) => [rule.id, ruleView(rule, verdict)])),
    ...numbers,
  };
}

function ruleView(rule: CameraConfig['rules'][number], verdict: CameraStateMessage | null): RuleView {
  const activeRegions = Object.entries(verdict?.regions ?? {})
    .filter(([, region]) => region.rules[rule.id]?.active === true)
    .map(([id]) => id);
  return { labels: rule.labels, enter: rule.enter, exit: rule.exit, active: activeRegions.length > 0, activeRegions };
}
