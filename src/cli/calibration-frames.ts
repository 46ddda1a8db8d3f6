import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config/config.ts';
import { type NetworkView, networkPicture } from '../engine/picture.ts';
import { probeFfmpeg } from '../stream/ffmpeg-capabilities.ts';
import { locateFfmpeg } from '../stream/ffmpeg-locator.ts';
import { PictureMemory } from '../stream/picture-memory.ts';
import { Recording, type RecordingOptions } from '../stream/recording.ts';
import { lookUpRecording } from '../stream/recording-place.ts';
import { systemClock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { EvenlySpaced } from './evenly-spaced.ts';

export interface FrameWishes {
  /** Videos, pictures, or folders of them. */
  readonly sources: readonly string[];
  /** Of each source. */
  readonly most: number;
  readonly view: NetworkView;
  readonly signal: AbortSignal;
}

/** Wider frames than this are made narrower by ffmpeg, as those of cameras are. */
const FRAME_WIDTH = 640;

/**
 * Frames of the sources as the network sees them: evenly spaced over each video, one of each picture; of a folder, over all files in it.
 * Throws FramewatchError RECORDING_UNREADABLE, RECORDING_NO_VIDEO or RECORDING_DAMAGED, naming the file, and FFMPEG_*.
 */
export async function calibrationFrames(ffmpegPath: Config['ffmpeg'], wishes: FrameWishes): Promise<readonly Uint8Array[]> {
  if (wishes.sources.length === 0) return [];
  const { file } = await locateFfmpeg(ffmpegPath.path);
  const ffmpeg = { file, capabilities: await probeFfmpeg(file), hwaccel: ffmpegPath.hwaccel };
  const frames: Uint8Array[] = [];
  for (const source of wishes.sources) {
    const kept = new EvenlySpaced<Uint8Array>(wishes.most);
    for (const name of await filesOf(source)) await readFrames(name, ffmpeg, kept, wishes);
    frames.push(...kept.items);
  }
  return frames;
}

async function filesOf(source: string): Promise<readonly string[]> {
  const place = path.resolve(source);
  const isFolder = await stat(place).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) return [place];
  const entries = await readdir(place, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => path.join(place, entry.name));
  if (files.length === 0) throw new FramewatchError('RECORDING_UNREADABLE', `${place} holds no files`);
  return files.sort();
}

async function readFrames(
  file: string,
  ffmpeg: RecordingOptions['ffmpeg'],
  kept: EvenlySpaced<Uint8Array>,
  { view, signal }: FrameWishes,
): Promise<void> {
  const found = await lookUpRecording(file);
  if (found instanceof FramewatchError) throw named(file, found);
  const recording = new Recording({
    file,
    bytes: found.bytes,
    ffmpeg,
    sampleFps: null,
    frameWidth: FRAME_WIDTH,
    threads: 1,
    memory: new PictureMemory(),
    clock: systemClock,
  });
  const verdict = await recording.run(signal, async (picture) => {
    if (kept.isWanted) kept.add(await networkPicture(picture, null, view));
    else kept.skip();
  });
  signal.throwIfAborted();
  if (verdict?.fault) throw named(file, verdict.fault);
}

function named(file: string, fault: FramewatchError): FramewatchError {
  return new FramewatchError(fault.code, `${file}: ${messageOf(fault)}`, { cause: fault });
}
