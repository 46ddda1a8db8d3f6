import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CameraStream } from '../demo/camera-clip.ts';
import type { Clock } from '../util/clock.ts';
import { type Closable, CloseStack } from '../util/lifecycle.ts';
import type { MeasuredConfig } from './daemon-config.ts';
import type { CameraSupply } from './load-runner.ts';
import { MeasuredDaemon } from './measured-daemon.ts';
import type { OpenedDaemon } from './pipeline-bench.ts';
import { SimulatedFleet } from './simulated-fleet.ts';
import { VerdictFeed } from './verdict-feed.ts';

export interface SiteOptions {
  /** The operator's; `stateDir` keeps the converted model and the simulated cameras' clip, in `cache`. */
  readonly config: MeasuredConfig & { readonly stateDir: string };
  readonly ffmpegPath: string;
  readonly clock: Clock;
  readonly stream: CameraStream;
  readonly maxCameras: number;
  readonly frameWidth: number;
  /** JavaScript files: the command `framewatch`, the process that serves cameras, the program that stands for ffmpeg. */
  readonly entryPoints: { readonly command: string; readonly cameraHost: string; readonly pipeCamera: string };
}

const CLOSE_LIMIT_MS = 10_000;
/** Folders of the operator's state that the measured daemon shares; all else of its own is thrown away. */
const SHARED = ['cache', 'models'];

/** Where it is measured: a folder that is gone afterwards, and in it one daemon after the other. Whatever was opened ends with `close`. */
export class Site implements Closable {
  readonly #options: SiteOptions;
  readonly #opened = new CloseStack({ eachMs: CLOSE_LIMIT_MS, totalMs: 2 * CLOSE_LIMIT_MS });
  #preparing: Promise<void> | undefined;
  #folder = '';

  constructor(options: SiteOptions) {
    this.#options = options;
  }

  /** A daemon that waits to be told what to watch; null when `signal` aborted before it was ready. One at a time. */
  async openDaemon(source: 'cameras' | 'ready', signal: AbortSignal): Promise<OpenedDaemon | null> {
    this.#preparing ??= this.#prepare();
    await this.#preparing;
    const folder = this.#folder;
    // It may have been closed meanwhile: what is started now nobody would end.
    if (signal.aborted) return null;
    const { config, ffmpegPath, clock, entryPoints } = this.#options;
    const parts = new CloseStack({ eachMs: CLOSE_LIMIT_MS, totalMs: CLOSE_LIMIT_MS });
    const close = async () => {
      await parts.close();
    };
    this.#opened.push('daemon and cameras', close);
    const supply = source === 'cameras' ? await this.#fleet(parts) : this.#readyPictures();
    const ffmpeg = source === 'cameras' ? { ...config.ffmpeg, path: ffmpegPath } : { path: await this.#pipeCamera(folder), hwaccel: 'none' as const };
    const daemon = new MeasuredDaemon({ command: entryPoints.command, folder, config: { ...config, ffmpeg }, clock });
    parts.push('daemon', () => daemon.close());
    if (!(await daemon.start(signal))) {
      await close();
      return null;
    }
    const feed = new VerdictFeed(daemon.url);
    parts.push('feed', () => feed.close());
    await feed.open();
    return { daemon, feed, supply, close };
  }

  /** Ends what runs, and removes what was written. Idempotent. */
  async close(): Promise<void> {
    await this.#opened.close();
    await this.#preparing?.catch(() => undefined);
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  async #prepare(): Promise<void> {
    const { stateDir } = this.#options.config;
    this.#folder = await mkdtemp(path.join(tmpdir(), 'framewatch-bench-'));
    const state = path.join(this.#folder, 'state');
    await mkdir(state, { mode: 0o700 });
    for (const name of SHARED) {
      await mkdir(path.join(stateDir, name), { recursive: true, mode: 0o700 });
      await symlink(path.join(stateDir, name), path.join(state, name), 'dir');
    }
  }

  async #fleet(parts: CloseStack): Promise<CameraSupply> {
    const { stream, maxCameras, ffmpegPath, clock, entryPoints, config } = this.#options;
    const order = { stream, ffmpegPath, count: maxCameras, stateDir: config.stateDir };
    const fleet = new SimulatedFleet({ entryPoint: entryPoints.cameraHost, order, clock });
    parts.push('simulated cameras', () => fleet.close());
    await fleet.start();
    return {
      pid: fleet.pid,
      rates: { framesPerSecond: stream.framesPerSecond, keyFramesPerSecond: 1000 / stream.keyFrameMs },
      url: (index) => `rtsp://127.0.0.1:${fleet.port}/camera${index}`,
    };
  }

  #readyPictures(): CameraSupply {
    const { frameWidth, stream } = this.#options;
    const height = 2 * Math.round((frameWidth * stream.height) / stream.width / 2);
    return {
      pid: null,
      rates: { framesPerSecond: Number.POSITIVE_INFINITY, keyFramesPerSecond: Number.POSITIVE_INFINITY },
      url: (_index, sampleFps) => `rtsp://127.0.0.1:1/${sampleFps}x${frameWidth}x${height}`,
    };
  }

  /** The daemon starts what it takes for ffmpeg by file, without arguments before its own. */
  async #pipeCamera(folder: string): Promise<string> {
    const file = path.join(folder, 'pipe-camera');
    await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${this.#options.entryPoints.pipeCamera}' "$@"\n`, { mode: 0o700 });
    return file;
  }
}
