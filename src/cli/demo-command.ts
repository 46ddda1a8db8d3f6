import path from 'node:path';
import { parseConfig } from '../config/parse.ts';
import { type SimulatedCamera, startSimulatedCameras } from '../demo/simulated-cameras.ts';
import type { LabelEvent } from '../events/label-event.ts';
import { Monitor } from '../monitor.ts';
import { locateFfmpeg } from '../stream/ffmpeg-locator.ts';
import { createLog } from '../telemetry/logger.ts';
import { systemClock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { CloseStack } from '../util/lifecycle.ts';
import { Redactor } from '../util/redactor.ts';
import { printProblems } from './check-command.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { packageVersion } from './package.ts';
import { terminationSignal } from './signals.ts';
import { surroundings } from './surroundings.ts';

export interface DemoOptions {
  /** Of the dashboard. */
  readonly port: number;
  readonly seconds?: number;
}

const CLOSE_LIMIT_MS = 5000;

/** `framewatch demo`: the whole program, on cameras that it simulates itself and serves over real RTSP. */
export async function demoCommand({ port, seconds }: DemoOptions): Promise<ExitCode> {
  const terminated = terminationSignal();
  const redactor = new Redactor();
  const stateDir = path.resolve('state/demo');
  const log = createLog({ level: 'warn', format: 'auto' }, redactor);
  const opened = new CloseStack({ eachMs: CLOSE_LIMIT_MS, totalMs: CLOSE_LIMIT_MS });
  const end = new AbortController();
  const run = async () => {
    say('getting ready: the first start draws the scenes and converts the network (about a minute), the next takes seconds');
    const { file: ffmpegPath } = await locateFfmpeg(null);
    const simulated = await startSimulatedCameras({ ffmpegPath, stateDir, logger: log.logger, clock: systemClock, signal: end.signal });
    opened.push('simulated cameras', () => simulated.close());
    for (const camera of simulated.cameras) redactor.add(camera.password.reveal(), camera.username);
    const result = parseConfig(demoYaml(simulated.cameras, stateDir, port), { ...surroundings(redactor), file: null, folder: process.cwd() });
    printProblems(result);
    if (!result.ok) throw new FramewatchError('INTERNAL', "the demo's own configuration is wrong");
    const monitor = new Monitor({
      config: result.config,
      redactor,
      logger: log.logger,
      clock: systemClock,
      version: packageVersion(),
      onEvent: printEvent,
    });
    opened.push('monitor', () => monitor.close());
    await monitor.start();
    for (const { name, url } of simulated.cameras) say(`camera     ${url}  ${name} (RTSP over TCP, digest authentication)`);
    say(`broker     ${monitor.brokerUrl ?? 'none'}  try: mosquitto_sub -p ${monitor.brokerUrl?.split(':').at(-1) ?? ''} -t 'framewatch/#' -v`);
    say(`dashboard  ${monitor.url ?? 'none'}`);
    say(seconds === undefined ? 'watching; Ctrl-C ends it' : `watching for ${seconds} s`);
    return seconds === undefined ? terminated : Promise.race([terminated, new Promise((resolve) => setTimeout(resolve, seconds * 1000))]);
  };
  try {
    const running = run();
    await Promise.race([running, terminated]);
    running.catch(() => undefined);
    return EXIT.ok;
  } catch (error) {
    const code = error instanceof FramewatchError ? error.code : 'INTERNAL';
    process.stderr.write(`framewatch: ${code}: ${redactor.redact(messageOf(error))}\n`);
    return exitCodeOf(error);
  } finally {
    end.abort();
    await opened.close();
    log.close();
    say('ended');
  }
}

/** `drawing` starts where the network finds a drawing more likely than everything else together; `unsafe` is the model's own default rule. */
function demoYaml(cameras: readonly SimulatedCamera[], stateDir: string, port: number): string {
  const drawing = { labels: ['Drawing'], enter: 0.5, exit: 0.4, minFrames: 2, offDelayMs: 1500, cooldownMs: 0 };
  const unsafe = { labels: ['Porn', 'Hentai', 'Sexy'] };
  const configured: [string, object][] = cameras.map(({ id, name, url, username, password }) => [
    id,
    { name, url, username, password: password.reveal(), rules: { drawing, unsafe } },
  ]);
  // JSON is YAML, and quotes what has to be quoted.
  return JSON.stringify({
    instance: 'framewatch-demo',
    stateDir,
    mqtt: { url: 'embedded', embeddedPort: 0 },
    http: { port, auth: { mode: 'none' } },
    cameras: Object.fromEntries<object>(configured),
  });
}

function printEvent(event: LabelEvent): void {
  const { at, camera, rule, type, label, score, latencyMs, batch, endReason } = event;
  const why = endReason === null ? '' : ` (${endReason})`;
  say(
    `${at.slice(11, 23)}  ${camera.padEnd(12)} ${rule.padEnd(8)} ${type.padEnd(6)} ${label} ${score.toFixed(2)}${why}  in ${latencyMs.total.toFixed(0)} ms, batch of ${batch.size}, ${batch.flushReason}`,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
