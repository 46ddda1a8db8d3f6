import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import type { CameraStream } from './camera-clip.ts';
import type { DemoClip } from './rtsp-mount.ts';
import { RtspServer } from './rtsp-server.ts';

const HOST = '127.0.0.1';
/** Who connects again may come before the old connection is gone. */
const CONNECTIONS_A_CAMERA = 2;
/** Multiples of it, modulo 1, never come close to each other (Knuth, volume 3, 6.4): cameras send their key frames at different moments. */
const GOLDEN_RATIO = 0.618_033_988_749_895;

/** What a process that serves cameras is told. */
export interface CameraHostOrder {
  readonly stream: CameraStream;
  readonly count: number;
  readonly ffmpegPath: string;
  /** The clip is kept in `cache/demo` below it. */
  readonly stateDir: string;
}

/** The path of the camera with this number, from 0. */
export function cameraPath(index: number): string {
  return `/camera${index}`;
}

/** Serves `count` cameras that play the same clip, each at another place of it; without login. Errors: as `RtspServer.start`. */
export async function startCameraHost(options: {
  readonly clip: DemoClip;
  readonly count: number;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<RtspServer> {
  const { clip, count, clock, logger } = options;
  const clipMs = (clip.stream.units.length * 1000) / clip.framesPerSecond;
  const clips = Array.from(
    { length: count },
    (_, index) => [cameraPath(index), { ...clip, phaseMs: ((index * GOLDEN_RATIO) % 1) * clipMs }] as const,
  );
  const maxConnections = CONNECTIONS_A_CAMERA * count;
  const server = new RtspServer({ host: HOST, port: 0, clips: Object.fromEntries(clips), login: null, clock, logger, maxConnections });
  await server.start();
  return server;
}
