import type { CameraConfig, FfmpegConfig } from '../config/config.ts';
import type { Clock } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';
import { ffmpegArguments } from './ffmpeg-arguments.ts';
import type { FfmpegCapabilities } from './ffmpeg-capabilities.ts';
import { FramecrcReader } from './framecrc.ts';
import { PictureAssembler } from './picture-assembler.ts';
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
  readonly clock: Clock;
  readonly log: Logger;
  /** Blanks secrets in text; the camera's own password must be known to it. */
  readonly redact: (text: string) => string;
}

/** Sources that read cameras through ffmpeg. A URL that cannot be used rejects in `run`, with CONFIG_INVALID. */
export function ffmpegSources(options: FfmpegSourceOptions): SourceFactory {
  const withoutTimes = new Set<string>();
  return (camera, decode) => new FfmpegSource(camera, decode, withoutTimes, options);
}

/** Multipart JPEG over HTTP carries no times: ffmpeg invents 25 frames/s, whatever comes. */
const CODEC_WITHOUT_TIMES = 'mjpeg';

class FfmpegSource implements FrameSource {
  readonly #camera: CameraConfig;
  readonly #decode: DecodeMode;
  /** URLs known to carry no times; shared by all attempts, so that it is found out once. */
  readonly #withoutTimes: Set<string>;
  readonly #options: FfmpegSourceOptions;

  constructor(camera: CameraConfig, decode: DecodeMode, withoutTimes: Set<string>, options: FfmpegSourceOptions) {
    this.#camera = camera;
    this.#decode = decode;
    this.#withoutTimes = withoutTimes;
    this.#options = options;
  }

  async run(signal: AbortSignal, listener: SourceListener): Promise<void> {
    const firstTry = await this.#runChild(signal, listener);
    if (firstTry === 'streamWithoutTimes') await this.#runChild(signal, listener);
  }

  async #runChild(signal: AbortSignal, listener: SourceListener): Promise<'aborted' | 'streamWithoutTimes'> {
    const { file, capabilities, hwaccel, clock, log, redact } = this.#options;
    const camera = this.#camera;
    const address = streamAddress(camera);
    const stampOnArrival = this.#withoutTimes.has(camera.url);
    const child = new SourceChild(file, ffmpegArguments({ ...camera, address, decode: this.#decode, hwaccel, stampOnArrival }, capabilities), clock);
    const stderr = new StderrTail(clock, redact, (line, suppressed) => log.debug({ camera: camera.id, suppressed }, line));
    const assembler = new PictureAssembler(
      clock,
      (frame) => listener.onFrame(frame),
      (frames) => listener.onInvalid(frames),
    );
    let sawPackets = false;
    let why: 'streamWithoutTimes' | 'lostAlignment' | undefined;
    const giveUp = (reason: 'streamWithoutTimes' | 'lostAlignment') => {
      why ??= reason;
      void child.stop();
    };
    const packets = new FramecrcReader({
      onHeader: (header) => {
        if (header.codec === CODEC_WITHOUT_TIMES && address.scheme.startsWith('http') && !stampOnArrival) {
          this.#withoutTimes.add(camera.url);
          giveUp('streamWithoutTimes');
          return;
        }
        assembler.packetHeader(header);
        listener.onStream({ codec: header.codec, width: header.width, height: header.height });
      },
      onPacket: (packet) => {
        if (why) return;
        sawPackets = true;
        const arrivedMono = clock.monotonicMs();
        listener.onPacket({ arrivedMono, isKey: packet.isKey, bytes: packet.bytes });
        assembler.packet(packet, arrivedMono);
      },
    });
    const pictures = new FramecrcReader({
      onHeader: (header) => assembler.pictureHeader(header),
      onPacket: (line) => assembler.pictureLine(line),
    });
    if (signal.aborted) return 'aborted';
    const onAbort = () => {
      assembler.end();
      void child.stop();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const end = await child.start({
        onRaw: (chunk) => {
          if (why || signal.aborted) return;
          assembler.raw(chunk);
          if (assembler.lostAlignment) giveUp('lostAlignment');
        },
        onPacketText: (text) => signal.aborted || packets.push(text),
        onFrameText: (text) => why || signal.aborted || pictures.push(text),
        onStderr: (text) => stderr.push(text),
      });
      if (signal.aborted) return 'aborted';
      if (why === 'streamWithoutTimes') return why;
      if (why === 'lostAlignment')
        throw new FramewatchError('CAMERA_EXITED', `camera ${camera.id}: ffmpeg sent pictures without their times; it is started again`);
      throw streamFault({ cameraId: camera.id, shown: redact(address.shown), ...end, lines: stderr.lines(), sawPackets });
    } finally {
      signal.removeEventListener('abort', onAbort);
      await child.stop();
      assembler.end();
    }
  }
}
