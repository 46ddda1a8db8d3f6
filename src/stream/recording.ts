import type { FfmpegConfig } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { FfmpegCapabilities } from './ffmpeg-capabilities.ts';
import { type FramecrcHeader, type FramecrcPacket, FramecrcReader } from './framecrc.ts';
import type { PictureMemory } from './picture-memory.ts';
import { openPicturePipe, type PicturePipe } from './picture-pipe.ts';
import { RawFrameSplitter } from './raw-frame-splitter.ts';
import { recordingArguments, recordingUrl } from './recording-arguments.ts';
import { type RecordingVerdict, recordingVerdict } from './recording-fault.ts';
import { RecordingNotes } from './recording-notes.ts';
import { type ChildEnd, SourceChild } from './source-child.ts';

/** One picture of a recording. `pixels` is the receiver's to hold; see picture-memory.ts. */
export interface RecordedPicture {
  /** From the start of the file, ms, as the file says it. */
  readonly timeMs: number;
  readonly width: number;
  readonly height: number;
  /** RGB24, `width × height × 3` bytes. */
  readonly pixels: Uint8Array;
}

export interface RecordingOptions {
  /** Absolute path. */
  readonly file: string;
  /** Its size; 0 of a pipe. */
  readonly bytes: number;
  /** ffmpeg, as located, and what it can do. */
  readonly ffmpeg: { readonly file: string; readonly capabilities: FfmpegCapabilities; readonly hwaccel: FfmpegConfig['hwaccel'] };
  /** At most so many pictures a second; null: all. */
  readonly sampleFps: number | null;
  readonly frameWidth: number;
  /** Of the decoder. */
  readonly threads: number;
  readonly memory: Pick<PictureMemory, 'take'>;
  readonly clock: Clock;
}

/** What is known of the file so far. */
export interface RecordingFacts {
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** As announced; null when it is not. */
  readonly durationMs: number | null;
  /** Until when its video was read, ms from the start of the file. */
  readonly reachedMs: number;
}

/** Pictures that are read ahead of the receiver. When there are so many, ffmpeg waits. */
const READ_AHEAD = 2;
const LARGEST_PICTURE_BYTES = 64 * 1024 * 1024;
const ASTRAY = 'could not be read: ffmpeg sent pictures without saying what they are; please report this with its version';

interface Shape {
  readonly timeMs: number;
  readonly width: number;
  readonly height: number;
}

/** One file, read once from its beginning to its end, no faster than its pictures are taken. */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #notes: RecordingNotes;
  readonly #splitter: RawFrameSplitter<Shape>;
  readonly #ready: RecordedPicture[] = [];
  #pipe: PicturePipe | undefined;
  #wake: () => void = () => undefined;
  #giveUp: () => void = () => undefined;
  #isOver = false;
  /** Pictures come without their lines: nothing that the child says can be trusted. */
  #isAstray = false;
  #stream: Pick<RecordingFacts, 'codec' | 'width' | 'height'> = { codec: null, width: null, height: null };
  #lineWidth = 0;
  #lastTimeMs = 0;
  #reachedMs = 0;
  #packets = 0;
  #lastPacket: FramecrcPacket | null = null;
  #pictures = 0;
  #unusable = 0;

  constructor(options: RecordingOptions) {
    this.#options = options;
    this.#notes = new RecordingNotes(recordingUrl(options.file));
    this.#splitter = new RawFrameSplitter(
      (bytes) => options.memory.take(bytes),
      (shape, pixels) => this.#pictureCame({ ...shape, pixels }),
    );
  }

  get facts(): RecordingFacts {
    const { codec, width, height } = this.#stream;
    return { codec, width, height, durationMs: this.#notes.durationMs, reachedMs: Math.round(this.#reachedMs * 1000) / 1000 };
  }

  /**
   * Gives its pictures to `take`, one after the other, in their order; while `take` has not resolved ffmpeg is held up. Resolves when nothing of the
   * child is left: with what is to be said of the file, or with null when `signal` aborted. Rejects with what `take` rejects with, and with
   * FramewatchError FFMPEG_NOT_FOUND.
   */
  async run(signal: AbortSignal, take: (picture: RecordedPicture) => Promise<void>): Promise<RecordingVerdict | null> {
    let pipe: PicturePipe;
    try {
      pipe = await openPicturePipe({ room: () => this.#splitter.room(), read: (bytes) => this.#bytesCame(bytes) });
    } catch (cause) {
      return { fault: startFault(cause), warnings: [] };
    }
    this.#pipe = pipe;
    try {
      return await this.#read(pipe, signal, take);
    } finally {
      pipe.close();
      this.#ready.length = 0;
      this.#splitter.end();
    }
  }

  async #read(pictures: PicturePipe, signal: AbortSignal, take: (picture: RecordedPicture) => Promise<void>): Promise<RecordingVerdict | null> {
    const { ffmpeg, clock } = this.#options;
    const child = new SourceChild(ffmpeg.file, recordingArguments({ ...this.#options, hwaccel: ffmpeg.hwaccel }, ffmpeg.capabilities), clock);
    const isAborted = () => signal.aborted;
    const stop = () => {
      this.#wake();
      void child.stop();
    };
    signal.addEventListener('abort', stop, { once: true });
    this.#giveUp = stop;
    try {
      if (isAborted()) return null;
      const ended = this.#start(child, pictures);
      await this.#hand(take, signal);
      const end = await ended;
      if (isAborted()) return null;
      if (this.#isAstray) return { fault: this.#astray(), warnings: [] };
      if (!(end instanceof FramewatchError)) return this.#verdict(end);
      if (end.code === 'FFMPEG_NOT_FOUND') throw end;
      return { fault: end, warnings: [] };
    } finally {
      signal.removeEventListener('abort', stop);
      await child.stop();
    }
  }

  /** Resolves when it is gone and all that it wrote was read; never rejects. */
  async #start(child: SourceChild, pictures: PicturePipe): Promise<ChildEnd | FramewatchError> {
    const lines = new FramecrcReader({ onHeader: ({ width }) => this.#widthCame(width), onPacket: (line) => this.#lineCame(line) });
    const packets = new FramecrcReader({ onHeader: (header) => this.#streamCame(header), onPacket: (packet) => this.#packetCame(packet) });
    try {
      return await child.start({
        pictures,
        onPacketText: (text) => packets.push(text),
        onFrameText: (text) => lines.push(text),
        onStderr: (text) => this.#notes.push(text),
      });
    } catch (cause) {
      return startFault(cause);
    } finally {
      this.#isOver = true;
      this.#wake();
    }
  }

  #verdict(end: ChildEnd): RecordingVerdict {
    return recordingVerdict({
      ...end,
      notes: this.#notes,
      bytes: this.#options.bytes,
      pictures: this.#pictures,
      packets: this.#packets,
      lastIsCorrupt: this.#lastPacket?.isCorrupt ?? false,
      reachedMs: this.#reachedMs,
      unusable: this.#unusable,
    });
  }

  /** Until the child is gone and all that it wrote was handed on, or `signal` aborts. */
  async #hand(take: (picture: RecordedPicture) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const picture = this.#ready.shift();
      if (picture) {
        await take(picture);
        if (this.#ready.length < READ_AHEAD) this.#pipe?.resume();
      } else if (this.#isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }

  #bytesCame(bytes: Uint8Array): void {
    this.#splitter.push(bytes);
    if (this.#isAstray || this.#splitter.unannouncedBytes <= LARGEST_PICTURE_BYTES) return;
    this.#isAstray = true;
    this.#giveUp();
  }

  /** The bytes of a picture come before its line, so one that is too large is not told from one that has none. */
  #astray(): FramewatchError {
    const { width, height } = this.#stream;
    const { frameWidth } = this.#options;
    // It may be turned.
    const ratio = width === null || height === null ? 1 : Math.max(height / width, width / height);
    const isTooTall = 3 * frameWidth * frameWidth * ratio > LARGEST_PICTURE_BYTES;
    const says = isTooTall ? `has pictures of ${width} × ${height} pixels: at a width of ${frameWidth} they are too tall to be judged` : ASTRAY;
    return new FramewatchError('RECORDING_UNREADABLE', says);
  }

  #widthCame(width: number | null): void {
    this.#lineWidth = width ?? 0;
  }

  #streamCame(header: FramecrcHeader): void {
    this.#stream = header;
  }

  #pictureCame(picture: RecordedPicture): void {
    this.#ready.push(picture);
    this.#pictures += 1;
    if (this.#ready.length >= READ_AHEAD) this.#pipe?.pause();
    this.#wake();
  }

  /** The width is fixed by the scaler; the height follows from the size, also when it changes within the file. */
  #lineCame({ pts, bytes }: FramecrcPacket): void {
    if (bytes === 0) return;
    const height = bytes / (3 * this.#lineWidth);
    const timeMs = pts === null ? this.#lastTimeMs : Math.round(pts * 1e6) / 1000;
    this.#lastTimeMs = timeMs;
    if (Number.isInteger(height) && bytes <= LARGEST_PICTURE_BYTES) {
      this.#splitter.announce({ timeMs, width: this.#lineWidth, height }, bytes);
    } else {
      this.#unusable += 1;
      this.#splitter.announceUnwanted(bytes);
    }
  }

  #packetCame(packet: FramecrcPacket): void {
    this.#packets += 1;
    this.#lastPacket = packet;
    const timeS = packet.pts ?? packet.dts;
    if (timeS !== null) this.#reachedMs = Math.max(this.#reachedMs, (timeS + packet.durationS) * 1000);
  }
}

/** The child could not be started; its own words promise to try again, which a camera's does. */
function startFault(cause: unknown): FramewatchError {
  if (cause instanceof FramewatchError && cause.code === 'FFMPEG_NOT_FOUND') return cause;
  const reason = cause instanceof Error && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
  return new FramewatchError('RECORDING_UNREADABLE', `ffmpeg could not be started: ${reason} (see the limits on processes, memory and open files)`, {
    cause,
  });
}
