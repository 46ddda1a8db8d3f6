import type { Config } from '../config/config.ts';

/** A camera that the measured daemon shall watch. */
export interface WatchedCamera {
  readonly id: string;
  readonly url: string;
  readonly sampleFps: number;
  readonly decode: 'auto' | 'all' | 'keyframes';
  readonly maxLatencyMs: number;
  readonly frameWidth: number;
}

/** What the measured daemon takes over from the operator's configuration. */
export type MeasuredConfig = Pick<Config, 'model' | 'modelsDir' | 'engine' | 'batching' | 'ffmpeg'>;

/**
 * The configuration of the measured daemon, as text: the operator's engine and batching, a dashboard on any free port of the loopback interface, no broker.
 * JSON is YAML, and quotes what has to be quoted.
 */
export function daemonConfig(measured: MeasuredConfig, stateDir: string, cameras: readonly WatchedCamera[]): string {
  const { model, modelsDir, engine, batching, ffmpeg } = measured;
  return JSON.stringify({
    instance: 'framewatch-bench',
    ...{ model, modelsDir, stateDir, engine, batching, ffmpeg },
    mqtt: { enabled: false },
    http: { host: '127.0.0.1', port: 0, auth: { mode: 'none' } },
    log: { level: 'info', format: 'json' },
    cameras: Object.fromEntries(cameras.map(({ id, ...camera }) => [id, camera])),
  });
}
