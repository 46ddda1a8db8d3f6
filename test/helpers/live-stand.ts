import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon, startDaemon } from './daemon.ts';
import { writeLightModel } from './light-model.ts';
import { processTree } from './process-tree.ts';

/** A camera as in the configuration. */
export type StandCamera = Readonly<Record<string, unknown>> & { readonly url: string };

/** The real daemon, behind the network that tells light from dark: it is there within a second, and what it does besides full motion costs nothing. */
export interface LiveStand {
  /** The one that runs now. */
  readonly daemon: Daemon;
  /** Of `/ws/live/ID`. */
  url(camera: string, query?: string): string;
  /** The daemon's children that pass a camera on, and those that code for JSMpeg. */
  children(): { readonly passthrough: readonly number[]; readonly mpeg1: readonly number[] };
  metric(line: string): Promise<number>;
  /** Ends the daemon, and starts another in its place. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function startLiveStand(cameras: Readonly<Record<string, StandCamera>>, more: string = ''): Promise<LiveStand> {
  const folder = mkdtempSync(join(tmpdir(), 'framewatch-live-'));
  const modelsDir = join(folder, 'models');
  const model = writeLightModel(modelsDir);
  // Whoever tests full motion does not want the analysis to take the machine.
  const defaults = { sampleFps: 0.5, decode: 'keyframes', maxLatencyMs: 5000, frameWidth: 64, rules: {} };
  const lines = [`model: ${model}`, `modelsDir: ${modelsDir}`, 'batching: { maxBatchSize: 1, allowedBatchSizes: [1] }', 'mqtt: { enabled: false }'];
  const yaml = [...lines, `cameraDefaults: ${JSON.stringify(defaults)}`, `cameras: ${JSON.stringify(cameras)}`, more].join('\n');
  let daemon = await startDaemon({ yaml });
  await daemon.ready();
  const commands = (sign: string) => processTree(daemon.pid).filter(({ command }) => command.includes(sign));
  return {
    get daemon() {
      return daemon;
    },
    url: (camera, query = '') => `ws://127.0.0.1:${daemon.port}/ws/live/${camera}${query}`,
    children: () => ({
      passthrough: commands('frag_every_frame').map(({ pid }) => pid),
      mpeg1: commands('mpeg1video').map(({ pid }) => pid),
    }),
    async metric(line) {
      const { text } = await daemon.get('/metrics');
      return Number(
        text
          .split('\n')
          .find((one) => one.startsWith(`framewatch_${line} `))
          ?.split(' ')[1] ?? Number.NaN,
      );
    },
    async restart() {
      const { port } = daemon;
      await daemon.stop();
      daemon = await startDaemon({ yaml, port });
      await daemon.ready();
    },
    async close() {
      await daemon.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
