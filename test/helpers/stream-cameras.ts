import type { CameraConfig } from '../../src/config/config.ts';
import { ChildNotes } from '../../src/stream/child-notes.ts';
import { probeFfmpeg } from '../../src/stream/ffmpeg-capabilities.ts';
import { ffmpegSources } from '../../src/stream/ffmpeg-source.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import type { FrameSource, SourceFactory, SourceFrame, SourceListener, SourcePacket, StreamFacts } from '../../src/stream/source.ts';
import { systemClock } from '../../src/util/clock.ts';
import { type Logger, silentLogger } from '../../src/util/logger.ts';
import { Redactor } from '../../src/util/redactor.ts';

/** A complete camera, of which a test names only what it is about. */
export function cameraConfig(about: Partial<CameraConfig> = {}): CameraConfig {
  return {
    id: 'cam',
    name: 'Camera',
    enabled: true,
    url: 'rtsp://127.0.0.1:1/none',
    username: null,
    password: null,
    liveUrl: null,
    transport: 'tcp',
    sampleFps: 5,
    decode: 'all',
    maxLatencyMs: 500,
    weight: 1,
    frameWidth: 320,
    motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 },
    regions: [{ id: 'full', crop: null, heads: [] }],
    rules: [],
    ...about,
  };
}

/** Real sources over the system's ffmpeg, or over `file` in its place. */
export async function realSources({
  file = 'ffmpeg',
  log = silentLogger,
  redactor = new Redactor(),
  notes = new ChildNotes(systemClock),
}: {
  file?: string;
  log?: Logger;
  redactor?: Redactor;
  notes?: ChildNotes;
} = {}): Promise<SourceFactory> {
  const capabilities = await probeFfmpeg('ffmpeg');
  return ffmpegSources({
    file,
    capabilities,
    hwaccel: 'none',
    memory: new PictureMemory(),
    clock: systemClock,
    log,
    redact: (text) => redactor.redact(text),
    notes,
  });
}

/** Notes all that a source tells. */
export class SourceRecorder implements SourceListener {
  readonly allowancesMs: number[] = [];
  readonly streams: StreamFacts[] = [];
  readonly packets: SourcePacket[] = [];
  readonly frames: SourceFrame[] = [];
  invalid = 0;

  onOpening(allowanceMs: number): void {
    this.allowancesMs.push(allowanceMs);
  }

  onStream(stream: StreamFacts): void {
    this.streams.push(stream);
  }

  onPacket(packet: SourcePacket): void {
    this.packets.push(packet);
  }

  onFrame(frame: SourceFrame): void {
    this.frames.push(frame);
  }

  onInvalid(frames: number): void {
    this.invalid += frames;
  }
}

/** Runs `source` until `isEnough` or for `limitMs`, then ends it. Rejects as the source does. */
export async function record(source: FrameSource, limitMs: number, isEnough: (recorder: SourceRecorder) => boolean): Promise<SourceRecorder> {
  const recorder = new SourceRecorder();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limitMs);
  const poll = setInterval(() => {
    if (isEnough(recorder)) stop.abort();
  }, 20);
  try {
    await source.run(stop.signal, recorder);
  } finally {
    clearTimeout(timer);
    clearInterval(poll);
  }
  return recorder;
}
