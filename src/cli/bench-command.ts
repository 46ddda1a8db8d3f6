import { freemem } from 'node:os';
import { affordableCameras, type PipelineSettings } from '../bench/settings.ts';
import type { CameraDefaults } from '../config/cameras.ts';
import { findConfigFile } from '../config/load.ts';
import { type ConfigResult, parseConfig } from '../config/parse.ts';
import { CAMERA_STREAM } from '../demo/camera-clip.ts';
import type { BackendName, Precision } from '../engine/engine.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { Redactor } from '../util/redactor.ts';
import { type BenchPart, BenchRun } from './bench-run.ts';
import { printProblems, readConfiguration } from './check-command.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { hangUp, terminationSignal } from './signals.ts';
import { surroundings } from './surroundings.ts';

export interface BenchOptions {
  readonly config?: string;
  readonly bound?: number;
  readonly sampleFps?: number;
  readonly decode?: PipelineSettings['decode'];
  readonly maxCameras: number;
  readonly seconds?: number;
  readonly backend?: BackendName;
  readonly precision?: Precision;
  readonly sizes?: readonly number[];
  readonly brief?: boolean;
  readonly json?: boolean;
}

/** Measured a step of the pipeline, and a batch size of an engine, where nobody says how long. */
const STEP_SECONDS = 10;
const ENGINE_SECONDS = 3;

/**
 * `framewatch bench`: measures this machine with the operator's engine settings; without `part` all there is to measure. What was measured is printed
 * whatever ends it: 0 when it is all or was interrupted, else the code of the fault.
 */
export async function benchCommand(part: BenchPart | undefined, options: BenchOptions): Promise<ExitCode> {
  const interrupted = Promise.race([terminationSignal(), hangUp()]);
  const read = readSettings(options.config);
  if (!read.ok) {
    printProblems(read);
    return EXIT.config;
  }
  const asJson = options.json === true;
  const { backend, precision, sizes, seconds } = options;
  const bench = new BenchRun({
    ...{ config: read.config, settings: settingsOf(options, read.cameraDefaults), part, asJson },
    engine: { backend, precision, sizes, seconds: seconds ?? ENGINE_SECONDS },
  });
  const running = bench.run();
  running.catch(() => undefined);
  try {
    const signal = await Promise.race([running.then(() => null), interrupted]);
    await bench.close();
    bench.print(signal && `interrupted by ${signal}`);
    return EXIT.ok;
  } catch (error) {
    await bench.close();
    bench.print(messageOf(error));
    process.stderr.write(`framewatch: ${error instanceof FramewatchError ? error.code : 'INTERNAL'}: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}

/** As every command reads it; where there is none, a machine is measured all the same, with the defaults. */
function readSettings(flag: string | undefined): ConfigResult {
  const redactor = new Redactor();
  const given = surroundings(redactor);
  const { ok: exists } = findConfigFile({ flag, env: given.env, cwd: given.cwd });
  return exists ? readConfiguration(flag, redactor) : parseConfig('cameras: {}', { ...given, file: null, folder: given.cwd });
}

function settingsOf(
  { bound, sampleFps, decode, maxCameras, seconds = STEP_SECONDS, brief }: BenchOptions,
  defaults: CameraDefaults,
): PipelineSettings {
  const affordable = affordableCameras(freemem());
  return {
    boundMs: bound ?? defaults.maxLatencyMs,
    sampleFps: sampleFps ?? defaults.sampleFps,
    decode: decode ?? defaults.decode,
    frameWidth: defaults.frameWidth,
    maxCameras: Math.min(maxCameras, affordable),
    isShortOfMemory: affordable < maxCameras,
    seconds,
    brief: brief === true,
    stream: CAMERA_STREAM,
  };
}
