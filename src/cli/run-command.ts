import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { formatProblem } from '../config/problem.ts';
import { openTraceRecorder, type TraceRecorder } from '../monitor/trace-recorder.ts';
import type { Monitor } from '../monitor.ts';
import { createLog } from '../telemetry/logger.ts';
import { SystemdNotifier } from '../telemetry/systemd.ts';
import { systemClock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { Redactor } from '../util/redactor.ts';
import { printProblems, readConfiguration } from './check-command.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { packageHomepage, packageVersion } from './package.ts';
import { keysThatNeedRestart } from './reload.ts';
import { terminationSignal } from './signals.ts';

export interface RunOptions {
  readonly config?: string;
  /** A file for what the batcher sees. */
  readonly recordTrace?: string;
  readonly recordSeconds?: number;
}

/** systemd's helper may hang, too, and so may a disk. */
const LAST_LIMIT_MS = 500;

/** `framewatch run`: the daemon in the foreground, until SIGTERM or SIGINT. */
export async function runCommand({ config: flag, recordTrace, recordSeconds }: RunOptions): Promise<ExitCode> {
  const terminated = terminationSignal();
  const redactor = new Redactor();
  const result = readConfiguration(flag, redactor);
  printProblems(result);
  if (!result.ok) return EXIT.config;
  const { config } = result;
  // What is wrong with the configuration was said without waiting for the rest of the program.
  const program = await import('../monitor.ts');
  const log = createLog(config.log, redactor);
  const { logger } = log;
  let trace: TraceRecorder | null = null;
  if (recordTrace !== undefined) {
    try {
      trace = await openTraceRecorder({ file: recordTrace, seconds: recordSeconds ?? null, clock: systemClock, logger });
    } catch (error) {
      log.close();
      process.stderr.write(`framewatch: TRACE_UNWRITABLE: ${redactor.redact(messageOf(error))}\n`);
      return EXIT.usage;
    }
  }
  const monitor = new program.Monitor({
    config,
    redactor,
    logger,
    clock: systemClock,
    version: packageVersion(),
    supportUrl: packageHomepage(),
    trace,
  });
  // Until there is something to reload it must not end the daemon, as it does by default.
  process.on('SIGHUP', () => undefined);
  const systemd = new SystemdNotifier({ environment: process.env, clock: systemClock, logger, isMakingProgress: () => monitor.isMakingProgress() });
  systemd.start();
  let running = config;
  const reload = async () => {
    void systemd.reloading();
    running = await reloaded(flag, running, monitor, redactor, logger);
    void systemd.ready(`watching ${running.cameras.length} cameras`);
  };
  let reloads: Promise<void> = Promise.resolve();
  try {
    const started = monitor.start();
    const ended = await Promise.race([terminated, started.then(() => null)]);
    if (ended === null) {
      void systemd.ready(`watching ${config.cameras.length} cameras`);
      process.on('SIGHUP', () => {
        reloads = reloads.then(reload);
      });
      logger.info({ signal: await terminated }, 'ending');
    }
    void systemd.stopping();
    await monitor.close();
    // Broken off in the middle: what it then says of itself is of no interest.
    started.catch(() => undefined);
    logger.info({}, 'ended');
    return EXIT.ok;
  } catch (error) {
    await monitor.close();
    const code = error instanceof FramewatchError ? error.code : 'INTERNAL';
    logger.error({ err: error, code }, `cannot start: ${messageOf(error)}`);
    process.stderr.write(`framewatch: ${code}: ${redactor.redact(messageOf(error))}\n`);
    return exitCodeOf(error);
  } finally {
    await Promise.race([Promise.all([systemd.close(), trace?.close()]), sleep(LAST_LIMIT_MS)]);
    log.close();
    // An exit would wait for the thread that hangs, for ever.
    if (monitor.isStuck || trace?.isStuck === true) process.kill(process.pid, 'SIGKILL');
  }
}

/** Applies the changed file, or says why not and leaves everything as it is. Gives the configuration that is in force then. Never rejects. */
async function reloaded(flag: string | undefined, running: Config, monitor: Monitor, redactor: Redactor, logger: Logger): Promise<Config> {
  try {
    const result = readConfiguration(flag, redactor);
    const problems = result.ok ? result.warnings : result.errors;
    for (const problem of problems) logger.warn({ code: problem.code }, formatProblem(problem));
    const words = problems.map((problem) => redactor.redact(formatProblem(problem)));
    if (!result.ok) {
      monitor.reloadEnded({ outcome: 'refused', problems: words });
      logger.error({ errors: result.errors.length }, 'the changed configuration is wrong: nothing was changed');
      return running;
    }
    const needRestart = keysThatNeedRestart(running, result.config);
    if (needRestart.length > 0)
      logger.warn({ keys: needRestart }, `changes of ${needRestart.join(', ')} take effect at the next restart of the daemon`);
    const outcome = await monitor.reload(result.config.cameras);
    monitor.reloadEnded({ outcome: 'applied', ...outcome, needRestart, warnings: words });
    logger.info(outcome, 'the configuration was reloaded');
    return { ...running, cameras: result.config.cameras };
  } catch (error) {
    monitor.reloadEnded({ outcome: 'failed', problems: [redactor.redact(messageOf(error))] });
    logger.error({ err: error }, 'the reload failed');
    return running;
  }
}
