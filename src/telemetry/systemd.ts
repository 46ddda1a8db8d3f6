import { spawn } from 'node:child_process';
import type { Clock, Timer } from '../util/clock.ts';
import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';

const HELPER = 'systemd-notify';
const HELPER_LIMIT_MS = 5_000;

export interface SystemdNotifierParts {
  /** `process.env` of the daemon: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the daemon makes progress or has nothing to do. While it says no the watchdog is not fed, and systemd restarts the unit. */
  readonly isMakingProgress: () => boolean;
  /** Sends one notification; by default with the helper of systemd. */
  readonly send?: (variables: readonly string[]) => Promise<void>;
}

/**
 * Tells systemd how the daemon is (sd_notify(3)). Node has no datagram sockets of the Unix kind, so each message is one short run of
 * `systemd-notify`; the unit needs `NotifyAccess=all`. Without NOTIFY_SOCKET all of it is silent; a failure is logged once and disturbs nothing.
 */
export class SystemdNotifier {
  readonly #parts: SystemdNotifierParts;
  readonly #send: ((variables: readonly string[]) => Promise<void>) | null;
  #watchdogTimer: Timer | undefined;
  /** Notifications keep their order: each waits for the one before. */
  #last: Promise<void> = Promise.resolve();
  #pinging = false;
  #complained = false;
  #closed = false;

  constructor(parts: SystemdNotifierParts) {
    this.#parts = parts;
    const socket = parts.environment['NOTIFY_SOCKET'];
    this.#send = socket === undefined || socket === '' ? null : (parts.send ?? ((variables) => runHelper(variables, parts.environment)));
  }

  get active(): boolean {
    return this.#send !== null;
  }

  /** Begins to feed the watchdog, at half of what the unit asks for. Before READY=1 too: a start may hang as well. */
  start(): void {
    const periodMs = watchdogMs(this.#parts.environment, process.pid) / 2;
    if (!this.#send || !Number.isFinite(periodMs)) return;
    const tick = () => {
      if (this.#closed) return;
      this.#ping();
      this.#watchdogTimer = this.#parts.clock.setTimer(periodMs, tick);
    };
    tick();
  }

  ready(status: string): Promise<void> {
    return this.#notify('READY=1', `STATUS=${oneLine(status)}`);
  }

  /** What `systemctl status` shows. */
  status(status: string): Promise<void> {
    return this.#notify(`STATUS=${oneLine(status)}`);
  }

  /** Follow it with `ready` when the new configuration is in place or refused. */
  reloading(): Promise<void> {
    return this.#notify('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  stopping(): Promise<void> {
    return this.#notify('STOPPING=1');
  }

  /** Resolves when what was notified has been sent. Idempotent. */
  close(): Promise<void> {
    this.#closed = true;
    this.#watchdogTimer?.cancel();
    return this.#last;
  }

  #ping(): void {
    // A helper that hangs must not pile up others behind it.
    if (this.#pinging || !this.#parts.isMakingProgress()) return;
    this.#pinging = true;
    void this.#notify('WATCHDOG=1').then(() => {
      this.#pinging = false;
    });
  }

  #notify(...variables: string[]): Promise<void> {
    const send = this.#send;
    if (!send || this.#closed) return this.#last;
    this.#last = this.#last.then(async () => {
      try {
        await send(variables);
      } catch (error) {
        if (this.#complained) return;
        this.#complained = true;
        this.#parts.logger.warn({ err: error }, `cannot notify systemd (${messageOf(error)}); with WatchdogSec set it will restart this unit`);
      }
    });
    return this.#last;
  }
}

/** Infinity when there is no watchdog, or it watches another process than `pid`. */
export function watchdogMs(environment: Readonly<Record<string, string | undefined>>, pid: number): number {
  const micros = Number(environment['WATCHDOG_USEC']);
  const watched = environment['WATCHDOG_PID'];
  if (!(micros > 0) || (watched !== undefined && Number(watched) !== pid)) return Number.POSITIVE_INFINITY;
  return micros / 1000;
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').slice(0, 200);
}

function runHelper(variables: readonly string[], environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(HELPER, [...variables], {
      stdio: 'ignore',
      timeout: HELPER_LIMIT_MS,
      killSignal: 'SIGKILL',
      env: { PATH: environment['PATH'] ?? '/usr/bin:/bin', NOTIFY_SOCKET: environment['NOTIFY_SOCKET'] },
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${HELPER} ended with ${signal ?? `status ${code}`}`));
    });
  });
}
