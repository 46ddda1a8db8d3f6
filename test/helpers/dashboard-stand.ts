import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Secret } from '../../src/util/secret.ts';
import { type Daemon, freePort, startDaemon } from './daemon.ts';
import { writeLightModel } from './light-model.ts';
import { type SignalCameras, startSignalCameras } from './signal-cameras.ts';

/** A label and a name that would be markup if they ever became any. */
export const HOSTILE = '<img src=x onerror=alert(1)>';

/** Of the camera `locked`: characters that an address has to encode, and some that look as if they were encoded. */
export const WRONG_PASSWORD = 'wr%6Fng:p@ss/w?rd&#é!';

export interface DashboardStand {
  readonly daemon: Daemon;
  readonly folder: string;
  /** The camera `door` goes. */
  unplug(): Promise<void>;
  /** It is back at its address. */
  plug(): Promise<void>;
  close(): Promise<void>;
}

const PICTURE = { width: 320, height: 180 };

/**
 * The whole daemon on a tiny network that knows `dark` and a label that is markup. Cameras: `busy0`, `busy1`, whose rule starts and ends each other second;
 * `calm`, whose label stays for a minute, with a name that is markup; `door`, which can be unplugged; `gone` is not reachable, `locked` refuses its password, `off` is switched off.
 */
export async function startDashboardStand(options: { readonly auth?: 'none' | 'token' } = {}): Promise<DashboardStand> {
  const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-dashboard-'));
  const modelsDir = path.join(folder, 'models');
  const model = writeLightModel(modelsDir);
  writeFileSync(path.join(modelsDir, model, 'labels.yaml'), JSON.stringify([{ name: 'dark' }, { name: HOSTILE }]));
  const busy = await startSignalCameras({ cameras: 2, phaseSeconds: 1, size: PICTURE });
  const calm = await startSignalCameras({ cameras: 1, phaseSeconds: 60, size: PICTURE });
  const locked = await startSignalCameras({
    cameras: 1,
    phaseSeconds: 60,
    login: { realm: 'test', username: 'viewer', password: new Secret('right-one') },
  });
  const doorPort = await freePort();
  const plugged = () => startSignalCameras({ cameras: 1, phaseSeconds: 2, size: PICTURE, port: doorPort });
  let door: SignalCameras | null = await plugged();
  const rule = (labels: readonly string[]) => ({ labels, enter: 0.6, exit: 0.4, minFrames: 1, offDelayMs: 0, cooldownMs: 0 });
  const cameras = {
    busy0: { name: 'Yard: gate', url: busy.url('cam0'), rules: { light: rule([HOSTILE]) } },
    busy1: { name: 'Yard: shed', url: busy.url('cam1'), rules: { light: rule([HOSTILE]), night: rule(['dark']) } },
    calm: { name: HOSTILE, url: calm.url('cam0') },
    door: { name: 'Front door', url: door.url('cam0') },
    gone: { name: 'Attic', url: `rtsp://127.0.0.1:${await freePort()}/none` },
    locked: { name: 'Cellar', url: locked.url('cam0'), username: 'viewer', password: WRONG_PASSWORD },
    off: { name: 'Guest room', enabled: false, url: calm.url('cam0') },
  };
  const yaml = [
    `model: ${model}`,
    `modelsDir: ${modelsDir}`,
    'batching: { maxBatchSize: 4, allowedBatchSizes: [1, 4] }',
    'mqtt: { enabled: false }',
    `cameraDefaults: ${JSON.stringify({ sampleFps: 5, maxLatencyMs: 1000, decode: 'all', frameWidth: 320, rules: { light: rule([HOSTILE]) } })}`,
    `cameras: ${JSON.stringify(cameras)}`,
  ].join('\n');
  const daemon = await startDaemon({ yaml, stateDir: path.join(folder, 'state'), ...options });
  return {
    daemon,
    folder,
    unplug: async () => {
      await door?.close();
      door = null;
    },
    plug: async () => {
      door ??= await plugged();
    },
    close: async () => {
      await daemon.stop();
      for (const one of [busy, calm, locked, door]) await one?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
