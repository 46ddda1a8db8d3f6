import type { CameraConfig, FfmpegConfig } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import type { ChildNotes } from './child-notes.ts';
import { ChildSession } from './child-session.ts';
import { analysisMs, ffmpegArguments, type Lesson } from './ffmpeg-arguments.ts';
import type { FfmpegCapabilities } from './ffmpeg-capabilities.ts';
import type { PictureMemory } from './picture-memory.ts';
import { openPicturePipe } from './picture-pipe.ts';
import type { DecodeMode, FrameSource, SourceFactory, SourceListener } from './source.ts';
import { SourceChild } from './source-child.ts';
import { StderrTail } from './stderr-tail.ts';
import { streamAddress } from './stream-address.ts';
import { streamFault } from './stream-fault.ts';

export interface FfmpegSourceOptions {
  /** The program, as located, and what it can do. */
  readonly file: string;
  readonly capabilities: FfmpegCapabilities;
  readonly hwaccel: FfmpegConfig['hwaccel'];
  /** Where pictures are put; one for all cameras. */
  readonly memory: Pick<PictureMemory, 'take'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Blanks secrets in text; the camera's own password must be known to it. */
  readonly redact: (text: string) => string;
  /** Where what children write can be read later. */
  readonly notes: Pick<ChildNotes, 'begin'>;
}

/** Sources that read cameras through ffmpeg. A URL that cannot be used rejects in `run`, with CONFIG_INVALID. */
export function ffmpegSources(options: FfmpegSourceOptions): SourceFactory {
  const lessons = new Map<string, Set<Lesson>>();
  return (camera, decode) => {
    const learned = lessons.get(camera.url) ?? new Set();
    lessons.set(camera.url, learned);
    return new FfmpegSource(camera, decode, learned, options);
  };
}

/** ffmpeg's words for "I did not look long enough to know the size of the pictures". */
const LOOKED_TOO_SHORT = /unspecified size|dimensions not set|Could not find codec parameters/i;

class FfmpegSource implements FrameSource {
  readonly #camera: CameraConfig;
  readonly #decode: DecodeMode;
  /** What is known of this URL; shared by all attempts, so that it is found out once. */
  readonly #learned: Set<Lesson>;
  readonly #options: FfmpegSourceOptions;

  constructor(camera: CameraConfig, decode: DecodeMode, learned: Set<Lesson>, options: FfmpegSourceOptions) {
    this.#camera = camera;
    this.#decode = decode;
    this.#learned = learned;
    this.#options = options;
  }

  async run(signal: AbortSignal, listener: SourceListener): Promise<void> {
    while (!signal.aborted) {
      const lesson = await this.#runChild(signal, listener);
      if (lesson) this.#learned.add(lesson);
    }
  }

  /** Returns what must be done differently, when that is why the child ended. */
  async #runChild(signal: AbortSignal, listener: SourceListener): Promise<Lesson | null> {
    const { file, capabilities, hwaccel, memory, clock, log, redact, notes } = this.#options;
    const { id, transport, sampleFps, frameWidth } = this.#camera;
    const address = streamAddress(this.#camera);
    const input = { address, transport, sampleFps, frameWidth, decode: this.#decode, hwaccel, learned: this.#learned };
    const child = new SourceChild(file, ffmpegArguments(input, capabilities), clock);
    // What ffmpeg was given is known letter by letter: it is taken out before anything has to be recognised.
    const clean = (text: string) => redact(text.replaceAll(address.input, () => address.shown));
    const stderr = new StderrTail(clock, clean, (line, suppressed) => log.debug({ camera: id, suppressed }, line));
    const mayLackTimes = address.scheme.startsWith('http') && !this.#learned.has('stampOnArrival');
    const session = new ChildSession({ clock, listener, memory, mayLackTimes, giveUp: () => void child.stop() });
    const isOver = () => signal.aborted;
    const onAbort = () => {
      session.end();
      void child.stop();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    listener.onOpening(analysisMs(this.#learned));
    const pictures = await openPicturePipe({ room: () => session.room(), read: (bytes) => session.raw(bytes) });
    const noted = notes.begin(id, stderr);
    try {
      if (isOver()) return null;
      const end = await child.start({
        pictures,
        onPacketText: (text) => session.packetText(text),
        onFrameText: (text) => session.pictureText(text),
        onStderr: (text) => stderr.push(text),
      });
      if (isOver() || session.lesson) return session.lesson;
      if (session.complaint !== null) throw givenUp(id, redact(address.shown), session.complaint);
      const lines = stderr.lines();
      const lookedTooShort = !session.sawPackets && !this.#learned.has('analyseLonger') && lines.some((line) => LOOKED_TOO_SHORT.test(line));
      if (lookedTooShort) return 'analyseLonger';
      throw streamFault({ cameraId: id, shown: redact(address.shown), ...end, lines, sawPackets: session.sawPackets });
    } finally {
      signal.removeEventListener('abort', onAbort);
      await child.stop();
      noted.end();
      pictures.close();
      session.end();
    }
  }
}

function givenUp(cameraId: string, shown: string, complaint: string): FramewatchError {
  return new FramewatchError('CAMERA_EXITED', `camera ${cameraId} at ${shown}: ${complaint}; it is connected again`);
}
