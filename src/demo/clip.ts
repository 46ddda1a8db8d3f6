import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { encodeH264, encoderArguments } from './clip-encoder.ts';
import { readH264 } from './h264-bitstream.ts';
import { FRAMES_PER_SECOND, programmeDrawings, programmeFrames } from './programme-frames.ts';
import type { DemoClip } from './rtsp-mount.ts';
import { type Programme, programmeSeconds } from './scenes.ts';

/** To be counted up when the frames change although drawings and encoder arguments do not. */
const RENDERING = 1;

export interface ClipOptions {
  readonly programme: Programme;
  readonly ffmpegPath: string;
  /** Clips are kept in `cache/demo` below it. */
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

/**
 * The programme as an H.264 clip: from the cache when the very same one was rendered before, else rendered now (a few seconds of work).
 * Errors: FFMPEG_UNUSABLE, FFMPEG_NOT_FOUND; what the file system says when the cache cannot be written.
 */
export async function programmeClip(options: ClipOptions): Promise<{ clip: DemoClip; rendered: boolean }> {
  const { programme, stateDir } = options;
  const folder = path.join(stateDir, 'cache', 'demo');
  const file = path.join(folder, `${programme.id}-${contentHash(programme)}.h264`);
  const cached = await readClip(file, programme);
  if (cached) return { clip: cached, rendered: false };
  await mkdir(folder, { recursive: true });
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await encodeH264({ ...options, frames: programmeFrames(programme), encoding: programme.encoding, file: unfinished });
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  const clip = await readClip(file, programme);
  if (!clip) throw new RangeError(`the rendered clip of "${programme.id}" cannot be read back`);
  return { clip, rendered: true };
}

/** null when there is none, or one that was damaged. */
async function readClip(file: string, programme: Programme): Promise<DemoClip | null> {
  const bytes = await readFile(file).catch(() => null);
  if (!bytes) return null;
  try {
    const stream = readH264(bytes);
    const complete = stream.units.length === programmeSeconds(programme) * FRAMES_PER_SECOND;
    return complete ? { name: programme.name, framesPerSecond: FRAMES_PER_SECOND, stream } : null;
  } catch {
    return null;
  }
}

/** Changes with anything that the clip's pictures or its coding are made of. */
function contentHash(programme: Programme): string {
  const hash = createHash('sha256').update(JSON.stringify([RENDERING, encoderArguments(programme.encoding)]));
  for (const drawing of programmeDrawings(programme)) hash.update(drawing);
  return hash.digest('hex').slice(0, 16);
}
