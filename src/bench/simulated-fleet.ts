import { type ChildProcess, spawn } from 'node:child_process';
import type { CameraHostOrder } from '../demo/camera-host.ts';
import { killAtExit } from '../util/child-registry.ts';
import type { Clock } from '../util/clock.ts';
import { ERROR_CODES, FramewatchError } from '../util/errors.ts';
import type { Closable } from '../util/lifecycle.ts';
import { ChildLines, childEnded } from './child-lines.ts';

export interface SimulatedFleetOptions {
  /** The JavaScript file of the process that serves cameras (src/demo/camera-host-main.ts). */
  readonly entryPoint: string;
  readonly order: CameraHostOrder;
  readonly clock: Clock;
}

const END_LIMIT_MS = 3000;

/** The process that simulates the cameras: real RTSP servers, apart from the daemon, so that what they cost can be told apart. */
export class SimulatedFleet implements Closable {
  readonly #options: SimulatedFleetOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #port = 0;

  constructor(options: SimulatedFleetOptions) {
    this.#options = options;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves when cameras can be watched: the first time it codes their clip, which takes some ten seconds. Throws what the process says, else INTERNAL. */
  async start(): Promise<void> {
    const { entryPoint, order } = this.#options;
    // A group of its own, as the daemon has.
    const child = spawn(process.execPath, [entryPoint, JSON.stringify(order)], { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    killAtExit(child);
    child.stdin.on('error', () => undefined);
    this.#ended = childEnded(child);
    this.#port = await new Promise<number>((resolve, reject) => {
      const lines = new ChildLines(child, (line) => {
        const answer = JSON.parse(line) as { port?: number; code?: string; message?: string };
        if (answer.port !== undefined) resolve(answer.port);
        else reject(new FramewatchError(ERROR_CODES.find((code) => code === answer.code) ?? 'INTERNAL', answer.message ?? line));
      });
      void this.#ended.then(() => reject(new FramewatchError('INTERNAL', `the simulated cameras ended; their last words:\n${lines.last(12)}`)));
    });
  }

  /** Resolves when the process is gone. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    child.stdin?.end();
    const timer = this.#options.clock.setTimer(END_LIMIT_MS, () => child.kill('SIGKILL'));
    await this.#ended;
    timer.cancel();
  }
}
