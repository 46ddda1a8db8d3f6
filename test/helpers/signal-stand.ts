import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';
import { writeLightModel } from './light-model.ts';
import { type SignalCameras, type SignalOptions, startSignalCameras } from './signal-cameras.ts';

export interface SignalStandOptions extends SignalOptions {
  /** Alike, on each camera: so many events for each light. */
  readonly rules: number;
}

/** The real daemon on cameras with a script, with a state directory that outlives it. Everything behind the network is as in the field. */
export interface SignalStand {
  readonly cameras: SignalCameras;
  readonly stateDir: string;
  /** `mqtt`: the section, as YAML in braces. */
  startDaemon(mqtt: string, options?: { readonly more?: string; readonly under?: readonly string[] }): Promise<Daemon>;
  close(): Promise<void>;
}

export async function startSignalStand(options: SignalStandOptions): Promise<SignalStand> {
  const folder = mkdtempSync(join(tmpdir(), 'framewatch-stand-'));
  const modelsDir = join(folder, 'models');
  const model = writeLightModel(modelsDir);
  const cameras = await startSignalCameras(options);
  // The first light picture starts an event, the first dark one ends it.
  const rule = { labels: ['light'], enter: 0.5, exit: 0.5, minFrames: 1, offDelayMs: 0, cooldownMs: 0 };
  const rules = Object.fromEntries(Array.from({ length: options.rules }, (_, index) => [`rule${index}`, rule]));
  const configured = Object.fromEntries(cameras.ids.map((id) => [id, { url: cameras.url(id) }]));
  const yaml = (mqtt: string, more: string) =>
    [
      `model: ${model}`,
      `modelsDir: ${modelsDir}`,
      'batching: { maxBatchSize: 4, allowedBatchSizes: [1, 4] }',
      `mqtt: ${mqtt}`,
      `cameraDefaults: ${JSON.stringify({ sampleFps: 5, maxLatencyMs: 1000, decode: 'all', frameWidth: 64, rules })}`,
      `cameras: ${JSON.stringify(configured)}`,
      more,
    ].join('\n');
  return {
    cameras,
    stateDir: join(folder, 'state'),
    startDaemon: (mqtt, { more = '', under = [] } = {}) => startDaemon({ yaml: yaml(mqtt, more), stateDir: join(folder, 'state'), under }),
    close: async () => {
      await cameras.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
