import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runEncoder } from '../../src/demo/clip-encoder.ts';
import { readH264 } from '../../src/demo/h264-bitstream.ts';
import type { DemoClip } from '../../src/demo/rtsp-mount.ts';
import { RtspServer, type RtspServerOptions } from '../../src/demo/rtsp-server.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';

export interface SignalOptions {
  readonly cameras: number;
  /** Each light and each dark lasts so long. */
  readonly phaseSeconds: number;
  /** Of their pictures; default 64 × 48. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Default: any free one. A camera that comes back has the address that it had. */
  readonly port?: number;
  /** Default: everybody may watch. */
  readonly login?: RtspServerOptions['login'];
}

/** A time in which a camera shows light, wall clock, ms. */
export interface LightPhase {
  readonly camera: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Cameras over real RTSP that turn light and dark at times which are known beforehand: what events must be is known without asking the program. */
export interface SignalCameras {
  readonly ids: readonly string[];
  url(id: string): string;
  /** All light that begins in the time from `fromMs` up to `toMs`, by its begin. */
  lightBetween(fromMs: number, toMs: number): readonly LightPhase[];
  close(): Promise<void>;
}

const FRAMES_PER_SECOND = 10;
const SMALL = { width: 64, height: 48 };

/** They are in the process of whoever calls this: they outlive a daemon that is killed. */
export async function startSignalCameras({ cameras, phaseSeconds, size = SMALL, port = 0, login = null }: SignalOptions): Promise<SignalCameras> {
  const clip = await signalClip(phaseSeconds, size);
  const ids = Array.from({ length: cameras }, (_, index) => `cam${index}`);
  const periodMs = 2_000 * phaseSeconds;
  // Not all at once: each a bit later than the one before.
  const shiftOf = (index: number) => Math.round((index * periodMs) / cameras);
  const clips = Object.fromEntries(ids.map((id, index) => [`/${id}`, { ...clip, phaseMs: shiftOf(index) }]));
  const server = new RtspServer({
    host: '127.0.0.1',
    port,
    clips,
    login,
    clock: systemClock,
    logger: silentLogger,
    maxConnections: 4 * cameras,
  });
  await server.start();
  const zeroMs = systemClock.wallMs();
  const lightOf = (camera: string, index: number, fromMs: number, toMs: number): LightPhase[] => {
    // The clip begins light.
    const beginMs = zeroMs - shiftOf(index);
    const phases: LightPhase[] = [];
    for (let at = beginMs + Math.ceil((fromMs - beginMs) / periodMs) * periodMs; at < toMs; at += periodMs)
      phases.push({ camera, fromMs: at, toMs: at + periodMs / 2 });
    return phases;
  };
  return {
    ids,
    url: (id) => `rtsp://127.0.0.1:${server.port}/${id}`,
    lightBetween: (fromMs, toMs) => ids.flatMap((id, index) => lightOf(id, index, fromMs, toMs)).sort((a, b) => a.fromMs - b.fromMs),
    close: () => server.close(),
  };
}

/** Light, then dark, coded as cameras do it: a key frame a second. */
async function signalClip(phaseSeconds: number, { width, height }: { readonly width: number; readonly height: number }): Promise<DemoClip> {
  const folder = mkdtempSync(join(tmpdir(), 'framewatch-signal-'));
  try {
    const file = join(folder, 'signal.h264');
    const source = (colour: string) => [
      '-f',
      'lavfi',
      '-i',
      `color=${colour}:size=${width}x${height}:rate=${FRAMES_PER_SECOND}:duration=${phaseSeconds}`,
    ];
    const joined = ['-filter_complex', '[0:v][1:v]concat=n=2:v=1'];
    const coding = [
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-pix_fmt',
      'yuv420p',
      '-bf',
      '0',
      '-g',
      String(FRAMES_PER_SECOND),
      '-sc_threshold',
      '0',
      '-f',
      'h264',
    ];
    const encoderArguments = ['-hide_banner', '-loglevel', 'error', '-y', ...source('white'), ...source('black'), ...joined, ...coding, file];
    await runEncoder({ ffmpegPath: 'ffmpeg', encoderArguments, signal: new AbortController().signal });
    return { name: 'Signal', framesPerSecond: FRAMES_PER_SECOND, stream: readH264(readFileSync(file)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
