import { randomBytes } from 'node:crypto';
import type { Clock } from '../util/clock.ts';
import { type Closable, CloseStack } from '../util/lifecycle.ts';
import type { Logger } from '../util/logger.ts';
import { Secret } from '../util/secret.ts';
import { programmeClip } from './clip.ts';
import type { DemoClip } from './rtsp-mount.ts';
import { RtspServer } from './rtsp-server.ts';
import { PROGRAMMES, type Programme } from './scenes.ts';

const HOST = '127.0.0.1';
const PATH = '/main';
const REALM = 'Framewatch demo camera';
const USERNAME = 'demo';
const CLOSE_LIMIT_MS = 2000;

export interface SimulatedCamerasOptions {
  readonly ffmpegPath: string;
  /** Rendered clips are kept in `cache/demo` below it. */
  readonly stateDir: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** 0 or absent: any free ports. Else the first camera's port; the others follow it. */
  readonly port?: number;
  /** Breaks off the start, rendering included. */
  readonly signal?: AbortSignal;
  /** Default: the four of the demo. */
  readonly programmes?: readonly Programme[];
}

/** One simulated camera: a host of its own, as far as a client can see, with the faults that cameras have. */
export interface SimulatedCamera {
  readonly id: string;
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  readonly username: string;
  /** Drawn anew at every start. */
  readonly password: Secret;
  /** Connections break, new ones are refused. */
  unplug(): Promise<void>;
  /** Undoes `unplug`. */
  plug(): Promise<void>;
  /** Connections stay open, nothing is said. */
  freeze(): void;
  /** Undoes `freeze`. */
  thaw(): void;
  /** While on, the right password is refused too; who plays already goes on. */
  rejectLogins(rejects: boolean): void;
}

export interface SimulatedCameras extends Closable {
  readonly cameras: readonly SimulatedCamera[];
  /** Throws a RangeError when there is none of this id. */
  camera(id: string): SimulatedCamera;
}

/**
 * Serves the demo's programmes as RTSP cameras on the loopback interface. Renders their clips when the cache does not have them.
 * Errors: FFMPEG_NOT_FOUND, FFMPEG_UNUSABLE, RTSP_PORT_IN_USE. Closes what it opened before it throws.
 */
export async function startSimulatedCameras(options: SimulatedCamerasOptions): Promise<SimulatedCameras> {
  const { logger, clock, port = 0, programmes = PROGRAMMES } = options;
  const clips = await prepareClips(options, programmes);
  const servers = new CloseStack({ eachMs: CLOSE_LIMIT_MS, totalMs: CLOSE_LIMIT_MS });
  try {
    const cameras: SimulatedCamera[] = [];
    for (const [index, programme] of programmes.entries()) {
      const clip = clips.get(programme.id);
      if (!clip) throw new RangeError(`no clip for "${programme.id}"`);
      const password = new Secret(randomBytes(12).toString('base64url'));
      const server = new RtspServer({
        host: HOST,
        port: port === 0 ? 0 : port + index,
        clips: { [PATH]: clip },
        login: { realm: REALM, username: USERNAME, password },
        clock,
        logger: logger.child({ cameraId: programme.id }),
      });
      await server.start();
      servers.push(programme.id, () => server.close());
      cameras.push(simulatedCamera(programme, server, password));
    }
    return { cameras, camera: (id) => find(cameras, id), close: () => closeAll(servers, logger) };
  } catch (error) {
    await closeAll(servers, logger);
    throw error;
  }
}

/** Two at a time: one draws while the other's encoder works. */
async function prepareClips(options: SimulatedCamerasOptions, programmes: readonly Programme[]): Promise<ReadonlyMap<string, DemoClip>> {
  const { ffmpegPath, stateDir, logger, clock } = options;
  const started = clock.monotonicMs();
  const failed = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  const clips = new Map<string, DemoClip>();
  const waiting = [...programmes];
  let renderings = 0;
  const work = async () => {
    for (let programme = waiting.shift(); programme; programme = waiting.shift()) {
      const { clip, rendered } = await programmeClip({ programme, ffmpegPath, stateDir, signal });
      clips.set(programme.id, clip);
      if (rendered) renderings += 1;
    }
  };
  try {
    await Promise.all([work(), work()].map((worker) => worker.catch((error: unknown) => abandon(error, failed))));
  } finally {
    const ms = Math.round(clock.monotonicMs() - started);
    if (renderings > 0) logger.info({ renderings, ms }, 'drew the pictures of the simulated cameras; the next start finds them in the cache');
  }
  return clips;
}

/** The other worker must not go on, nor must its failure hide the first one. */
function abandon(error: unknown, failed: AbortController): never {
  failed.abort(error);
  throw error;
}

function simulatedCamera(programme: Programme, server: RtspServer, password: Secret): SimulatedCamera {
  return {
    id: programme.id,
    name: programme.name,
    url: `rtsp://${HOST}:${server.port}${PATH}`,
    username: USERNAME,
    password,
    unplug: () => server.unplug(),
    plug: () => server.plug(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    rejectLogins: (rejects) => server.rejectLogins(rejects),
  };
}

function find(cameras: readonly SimulatedCamera[], id: string): SimulatedCamera {
  const found = cameras.find((camera) => camera.id === id);
  if (!found) throw new RangeError(`there is no simulated camera "${id}"`);
  return found;
}

async function closeAll(servers: CloseStack, logger: Logger): Promise<void> {
  for (const { name, error } of await servers.close()) logger.warn({ cameraId: name, error }, 'a simulated camera did not close');
}
