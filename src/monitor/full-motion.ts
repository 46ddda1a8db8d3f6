import { LiveCameras } from '../live/live-cameras.ts';
import { mpeg1Transcoders } from '../live/mpeg1-transcoder.ts';
import { authRetryMs, backoffMs, failuresAfter } from '../stream/backoff.ts';
import { childEnvironment } from '../stream/child-environment.ts';
import type { ConnectGate } from '../stream/connect-gate.ts';
import { passthroughs } from '../stream/passthrough.ts';
import { StderrTail } from '../stream/stderr-tail.ts';
import { tcpProbe } from '../stream/tcp-probe.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { Redactor } from '../util/redactor.ts';
import type { FoundFfmpeg } from './camera-sources.ts';
import type { CameraWatch } from './camera-watch.ts';

export interface FullMotionParts {
  readonly ffmpeg: FoundFfmpeg;
  /** That of the analysed streams. */
  readonly gate: ConnectGate;
  /** Those that run; undefined before they do. */
  readonly cameras: () => ReadonlyMap<string, CameraWatch> | undefined;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly redactor: Redactor;
}

/** Full motion of the running cameras, read and tried again by the rules of the analysed streams. */
export function fullMotion({ ffmpeg, gate, cameras, metrics, clock, logger, redactor }: FullMotionParts): LiveCameras {
  const redact = (text: string) => redactor.redact(text);
  return new LiveCameras({
    camera: (id) => {
      const watch = cameras()?.get(id);
      return watch && { config: watch.config, enabled: watch.enabled };
    },
    open: passthroughs({ ...ffmpeg, gate, probe: tcpProbe, clock, log: logger, redact }),
    transcode: mpeg1Transcoders({
      ffmpegPath: ffmpeg.file,
      frameRateModeOption: ffmpeg.capabilities.frameRateModeOption,
      takesProcessorCount: ffmpeg.capabilities.takesProcessorCount,
      environment: childEnvironment(process.env),
      clock,
      openTail: (camera) => new StderrTail(clock, redact, (line, suppressed) => logger.debug({ camera, suppressed }, `JSMpeg's coder: ${line}`)),
    }),
    retries: { backoffMs, authRetryMs, failuresAfter, random: Math.random },
    ...{ clock, observer: metrics, log: logger },
  });
}
