import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Recorded clips one after the other, each access unit sent when it is due. Codecs: H.264, H.265, motion JPEG, VP8; MP4 or Matroska files. */
export interface ClipMount {
  readonly kind: 'clip';
  readonly clips: readonly string[];
  /** Default true: begin again after the last clip. False: the stream ends. */
  readonly loop?: boolean;
  /** After so many seconds the camera's own clock, which stamps the pictures, is set back. */
  readonly setBack?: { readonly afterSeconds: number; readonly bySeconds: number };
}

/** Live pictures, 384×216, H.264, with the wall clock burnt in at capture; read it with `burntClock`. */
export interface ClockMount {
  readonly kind: 'clock';
  /** Default 50. */
  readonly fps?: number;
  /** Frames from key frame to key frame; default 50. */
  readonly gop?: number;
  /** B-frames between two others; default 0. */
  readonly bFrames?: number;
}

export interface RtspServerOptions {
  /** By path, without the leading slash. */
  readonly mounts: Readonly<Record<string, ClipMount | ClockMount>>;
  /** Demands digest authentication. */
  readonly username?: string;
  readonly password?: string;
  /** Default: any free port. For a camera that comes back. */
  readonly port?: number;
}

export interface RtspServer {
  readonly port: number;
  readonly pid: number;
  /** `rtsp://127.0.0.1:PORT/NAME`, without credentials. */
  url(name: string): string;
  /** A camera whose network cable is pulled without a word: connections stay open, nothing comes. */
  stop(): void;
  /** Undoes `stop`. */
  cont(): void;
  /** Ends it at once (SIGKILL), also when stopped. Idempotent. */
  close(): Promise<void>;
}

const SCRIPT = path.resolve(import.meta.dirname, 'rtsp-server.py');

/** GStreamer's RTSP server on 127.0.0.1: cameras that are not of our making. It ends with this process, whatever happens. */
export async function startRtspServer(options: RtspServerOptions): Promise<RtspServer> {
  const child = spawn('/usr/bin/python3', [SCRIPT, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-4000);
  });
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve((JSON.parse(line) as { port: number }).port));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the RTSP server left with code ${code ?? 'none'}: ${complaints}`)));
  });
  return {
    port,
    pid: child.pid ?? -1,
    url: (name) => `rtsp://127.0.0.1:${port}/${name}`,
    stop: () => void child.kill('SIGSTOP'),
    cont: () => void child.kill('SIGCONT'),
    close: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const BLOCK = 16;
const BLOCKS_A_ROW = 24;

/**
 * The wall clock that a `clock` mount burnt into the picture at capture, ms since the epoch, or null when the picture does not hold one
 * (then pixels are misaligned). `pixels`: RGB24 of the unscaled width of 384. `nearMs` settles what 40 bits leave open: any time within 17 years.
 */
export function burntClock(pixels: Uint8Array, nearMs: number): number | null {
  let bits = '';
  for (let row = 0; row < 2; row++) {
    for (let column = 0; column < BLOCKS_A_ROW; column++) {
      const pixel = (row * BLOCK + BLOCK / 2) * BLOCKS_A_ROW * BLOCK + column * BLOCK + BLOCK / 2;
      bits += (pixels[3 * pixel] ?? 0) > 126 ? '1' : '0';
    }
  }
  return burntTime(bits, nearMs);
}

/** The same of the 48 blocks, `1` for a white one, where somebody else has read them. */
export function burntTime(bits: string, nearMs: number): number | null {
  const value = BigInt(`0b${bits}`);
  const low = value >> 8n;
  let check = 0n;
  for (let byte = 0n; byte < 5n; byte++) check += (low >> (8n * byte)) & 255n;
  if (check % 256n !== (value & 255n)) return null;
  const span = 1n << 40n;
  return Number(BigInt(Math.round(nearMs)) - ((BigInt(Math.round(nearMs)) - low) % span));
}
