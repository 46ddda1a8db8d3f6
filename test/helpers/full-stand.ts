import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { Secret } from '../../src/util/secret.ts';
import { type Daemon, freePort, startDaemon } from './daemon.ts';
import { HOSTILE } from './dashboard-stand.ts';
import { fillHistory } from './filled-history.ts';
import { writeLightModel } from './light-model.ts';
import type { Mosquitto } from './mosquitto.ts';
import { startRtspServer } from './rtsp-server.ts';
import { startSignalCameras } from './signal-cameras.ts';

export interface FullStand {
  readonly daemon: Daemon;
  /** Sixteen, all live: fourteen of our own cameras, two of GStreamer's. */
  readonly live: readonly string[];
  /** Of the stored events, oldest first. */
  readonly stored: readonly string[];
  close(): Promise<void>;
}

const PICTURE = { width: 320, height: 180 };
const OURS = 14;
const PICTURES = 60;

/**
 * A day in the field: sixteen live cameras that turn light and dark, `gone`, which is not reachable, `locked`, which refuses its password, and a history of
 * ten thousand events of before. A label, and the name of every fifth camera, would be markup if they ever became any.
 */
export async function startFullStand(broker: Mosquitto): Promise<FullStand> {
  const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-full-'));
  const stateDir = path.join(folder, 'state');
  const modelsDir = path.join(folder, 'models');
  const model = writeLightModel(modelsDir);
  writeFileSync(path.join(modelsDir, model, 'labels.yaml'), JSON.stringify([{ name: 'dark' }, { name: HOSTILE }]));
  const login = { realm: 'test', username: 'viewer', password: new Secret('right-one') };
  const [ours, locked, theirs] = await Promise.all([
    startSignalCameras({ cameras: OURS, phaseSeconds: 8, size: PICTURE }),
    startSignalCameras({ cameras: 1, phaseSeconds: 8, login }),
    startRtspServer({ mounts: { clock: { kind: 'clock', fps: 10, gop: 10 }, reordered: { kind: 'clock', fps: 10, gop: 10, bFrames: 2 } } }),
  ]);
  const urls: Record<string, string> = {
    ...Object.fromEntries(ours.ids.map((id) => [id, ours.url(id)])),
    theirs0: theirs.url('clock'),
    theirs1: theirs.url('reordered'),
  };
  const live = Object.keys(urls);
  const nameOf = (index: number) => (index % 5 === 4 ? `${HOSTILE} ${index}` : `${index % 2 === 0 ? 'Yard' : 'House'}: ${index}`);
  const cameras = {
    ...Object.fromEntries(live.map((id, index) => [id, { name: nameOf(index), url: urls[id] }])),
    gone: { name: 'Attic', url: `rtsp://127.0.0.1:${await freePort()}/none` },
    locked: { name: 'Cellar', url: locked.url('cam0'), username: 'viewer', password: 'wrong-one' },
  };
  const rule = { labels: [HOSTILE], enter: 0.6, exit: 0.4, minFrames: 1, offDelayMs: 0, cooldownMs: 0 };
  const yaml = [
    `model: ${model}`,
    `modelsDir: ${modelsDir}`,
    'batching: { maxBatchSize: 4, allowedBatchSizes: [1, 4] }',
    `mqtt: { url: ${broker.url} }`,
    `cameraDefaults: ${JSON.stringify({ sampleFps: 2, maxLatencyMs: 2000, decode: 'all', frameWidth: 320, rules: { light: rule } })}`,
    `cameras: ${JSON.stringify(cameras)}`,
  ].join('\n');
  const jpeg = await sharp({ create: { ...PICTURE, channels: 3, background: '#864' } })
    .jpeg()
    .toBuffer();
  const pictures = { count: PICTURES, jpeg };
  const stored = await fillHistory({ stateDir, events: 10_000, cameras: live, labels: [HOSTILE, 'dark'], pictures });
  const daemon = await startDaemon({ yaml, stateDir });
  await daemon.ready();
  return {
    daemon,
    live,
    stored,
    close: async () => {
      await daemon.stop();
      await Promise.all([ours, locked, theirs].map((one) => one.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
