import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CameraView } from '../http/monitor-view.ts';
import { killAtExit } from '../util/child-registry.ts';
import { type Clock, delay } from '../util/clock.ts';
import { ERROR_CODES, FramewatchError } from '../util/errors.ts';
import type { Closable } from '../util/lifecycle.ts';
import { ChildLines, childEnded } from './child-lines.ts';
import { lookAtCpu } from './cpu-sight.ts';
import { daemonConfig, type MeasuredConfig, type WatchedCamera } from './daemon-config.ts';
import { cameraSight, metricSum, type Sight } from './sight.ts';

export interface MeasuredDaemonOptions {
  /** The JavaScript file of the command `framewatch`. */
  readonly command: string;
  /** Its configuration is written here; its `stateDir` is `state` below it. */
  readonly folder: string;
  readonly config: MeasuredConfig;
  readonly clock: Clock;
}

const START_LIMIT_MS = 240_000;
const POLL_MS = 250;
/** A SIGHUP that came while the daemon was about to be ready was not heard. */
const RELOAD_AGAIN_MS = 3000;
/** Long: it is asked while its machine is overloaded on purpose. */
const RELOAD_LIMIT_MS = 60_000;
const ANSWER_LIMIT_MS = 30_000;
const END_LIMIT_MS = 8000;
const LINES_TOLD = 5;

/** The daemon that is measured: the command `framewatch run` as a child, told by its configuration file what to watch, looked at over HTTP. */
export class MeasuredDaemon implements Closable {
  readonly #options: MeasuredDaemonOptions;
  #child: ChildProcess | undefined;
  #lines: ChildLines | undefined;
  #ended: Promise<void> = Promise.resolve();
  #isGone = false;
  #url = '';

  constructor(options: MeasuredDaemonOptions) {
    this.#options = options;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Of its dashboard. */
  get url(): string {
    return this.#url;
  }

  /** Resolves when its engine is warm, `false` when `signal` aborted before. Throws what it says, else INTERNAL, when it ends instead. */
  async start(signal: AbortSignal): Promise<boolean> {
    const { command, folder, clock } = this.#options;
    await mkdir(path.join(folder, 'state'), { recursive: true, mode: 0o700 });
    await this.#write([]);
    // Whoever aborted may have closed it already: what is started now nobody would end.
    if (signal.aborted) return false;
    const { NOTIFY_SOCKET: _notify, WATCHDOG_USEC: _watchdog, ...env } = process.env;
    // In a process group of its own: a Ctrl-C on the terminal ends the measurement, and that ends the daemon.
    const child = spawn(process.execPath, [command, 'run', '--config', this.#file], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    killAtExit(child);
    this.#ended = childEnded(child).then(() => {
      this.#isGone = true;
    });
    this.#lines = new ChildLines(child, (line) => {
      if (this.#url === '') this.#url = urlIn(line) ?? '';
    });
    const endMono = clock.monotonicMs() + START_LIMIT_MS;
    while (clock.monotonicMs() < endMono) {
      if (this.#url !== '' && (await this.#isReady())) return true;
      if (this.#isGone) throw this.#fault('ended before it was ready');
      if (!(await delay(clock, POLL_MS, signal))) return false;
    }
    throw this.#fault(`was not ready after ${START_LIMIT_MS / 1000} s`);
  }

  /** Makes it watch exactly these. Resolves when it does, `false` when `signal` aborted before. */
  async watch(cameras: readonly WatchedCamera[], signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    await this.#write(cameras);
    const startMono = clock.monotonicMs();
    let toldMono = Number.NEGATIVE_INFINITY;
    while (clock.monotonicMs() - startMono < RELOAD_LIMIT_MS) {
      if (clock.monotonicMs() - toldMono >= RELOAD_AGAIN_MS) {
        toldMono = clock.monotonicMs();
        this.#child?.kill('SIGHUP');
      }
      if (!(await delay(clock, POLL_MS, signal))) return false;
      if (isWatching(await this.cameras(), cameras)) return true;
    }
    throw this.#fault(`did not take its new cameras within ${RELOAD_LIMIT_MS / 1000} s`);
  }

  async cameras(): Promise<readonly CameraView[]> {
    const { cameras } = JSON.parse(await this.#get('/api/cameras')) as { cameras: CameraView[] };
    return cameras;
  }

  /** Its counters now. `camerasPid`: the process that simulates its cameras, if one does. */
  async look(camerasPid: number | null): Promise<Sight> {
    const [cameras, stats, metrics] = await Promise.all([this.cameras(), this.#get('/api/stats'), this.#get('/metrics')]);
    const { batches } = JSON.parse(stats) as { batches: { sizes: Record<string, number> } };
    const atMono = this.#options.clock.monotonicMs();
    return {
      atMono,
      cameras: cameras.map(cameraSight),
      engineBusySeconds: metricSum(metrics, 'framewatch_engine_busy_seconds_total'),
      batches: new Map(Object.entries(batches.sizes).map(([size, count]) => [Number(size), count])),
      cpu: lookAtCpu({ daemon: this.pid, cameras: camerasPid, bench: process.pid }, atMono),
    };
  }

  /** Ends it, orderly if it can. Resolves when it is gone. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || this.#isGone) return this.#ended;
    child.kill('SIGTERM');
    const timer = this.#options.clock.setTimer(END_LIMIT_MS, () => child.kill('SIGKILL'));
    await this.#ended;
    timer.cancel();
  }

  get #file(): string {
    return path.join(this.#options.folder, 'framewatch.yaml');
  }

  #write(cameras: readonly WatchedCamera[]): Promise<void> {
    const { config, folder } = this.#options;
    return writeFile(this.#file, daemonConfig(config, path.join(folder, 'state'), cameras), { mode: 0o600 });
  }

  async #isReady(): Promise<boolean> {
    const response = await fetch(`${this.#url}/readyz`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }).catch(() => null);
    await response?.body?.cancel();
    return response?.status === 200;
  }

  async #get(route: string): Promise<string> {
    try {
      const response = await fetch(`${this.#url}${route}`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
      const text = await response.text();
      if (response.ok) return text;
      throw new RangeError(`it answered ${response.status}`);
    } catch (error) {
      throw this.#fault(`did not answer ${route}`, error);
    }
  }

  /** With its own code when its last words carry one, so that the exit code of the bench means the same as that of `run`. */
  #fault(what: string, cause?: unknown): FramewatchError {
    const words = this.#lines?.last(LINES_TOLD) ?? '';
    const code = /^framewatch: ([A-Z_]+): /m.exec(words)?.[1];
    const known = ERROR_CODES.find((candidate) => candidate === code) ?? 'INTERNAL';
    return new FramewatchError(known, `the measured daemon ${what}; its last words:\n${words}`, { cause });
  }
}

function isWatching(seen: readonly CameraView[], wanted: readonly WatchedCamera[]): boolean {
  const rates = new Map(seen.map(({ id, sampleFps }) => [id, sampleFps]));
  return seen.length === wanted.length && wanted.every(({ id, sampleFps }) => rates.get(id) === sampleFps);
}

/** The dashboard's address, where a line of the log tells it. */
function urlIn(line: string): string | null {
  if (!line.includes('"url"')) return null;
  try {
    const { url } = JSON.parse(line) as { url?: unknown };
    return typeof url === 'string' && url.startsWith('http://127.0.0.1:') ? url : null;
  } catch {
    return null;
  }
}
