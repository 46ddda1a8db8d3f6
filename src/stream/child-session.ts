import type { Clock } from '../util/clock.ts';
import type { Lesson } from './ffmpeg-arguments.ts';
import { type FramecrcHeader, type FramecrcPacket, FramecrcReader } from './framecrc.ts';
import { PictureAssembler } from './picture-assembler.ts';
import type { SourceListener } from './source.ts';

export interface ChildSessionOptions {
  readonly clock: Clock;
  readonly listener: SourceListener;
  /** Whether this stream, when it is motion JPEG, carries no times. */
  readonly mayLackTimes: boolean;
  /** Called when the child is of no use any more and should be ended. */
  readonly giveUp: () => void;
}

/** Multipart JPEG over HTTP carries no times: ffmpeg invents 25 frames/s, whatever comes. */
const CODEC_WITHOUT_TIMES = 'mjpeg';

/** Reads the three pipes of one child and tells the listener; deaf after `end`. */
export class ChildSession {
  readonly #options: ChildSessionOptions;
  readonly #assembler: PictureAssembler;
  readonly #packets: FramecrcReader;
  readonly #pictures: FramecrcReader;
  #sawPackets = false;
  #isOver = false;
  #lesson: Lesson | null = null;

  constructor(options: ChildSessionOptions) {
    const { clock, listener } = options;
    this.#options = options;
    this.#assembler = new PictureAssembler(
      clock,
      (frame) => listener.onFrame(frame),
      (frames) => listener.onInvalid(frames),
    );
    this.#packets = new FramecrcReader({ onHeader: (header) => this.#onStream(header), onPacket: (packet) => this.#onPacket(packet) });
    this.#pictures = new FramecrcReader({
      onHeader: (header) => this.#assembler.pictureHeader(header),
      onPacket: (line) => this.#assembler.pictureLine(line),
    });
  }

  get sawPackets(): boolean {
    return this.#sawPackets;
  }

  /** What the next child must do differently; null when nothing. */
  get lesson(): Lesson | null {
    return this.#lesson;
  }

  raw(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#assembler.raw(chunk);
    if (!this.#assembler.lostAlignment) return;
    this.end();
    this.#options.giveUp();
  }

  packetText(text: string): void {
    if (!this.#isOver) this.#packets.push(text);
  }

  pictureText(text: string): void {
    if (!this.#isOver) this.#pictures.push(text);
  }

  /** Drops and counts what is incomplete. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#assembler.end();
  }

  #onStream(header: FramecrcHeader): void {
    if (this.#options.mayLackTimes && header.codec === CODEC_WITHOUT_TIMES) {
      this.#lesson = 'stampOnArrival';
      this.end();
      this.#options.giveUp();
      return;
    }
    this.#assembler.packetHeader(header);
    this.#options.listener.onStream({ codec: header.codec, width: header.width, height: header.height });
  }

  #onPacket(packet: FramecrcPacket): void {
    if (this.#isOver) return;
    this.#sawPackets = true;
    const arrivedMono = this.#options.clock.monotonicMs();
    this.#options.listener.onPacket({ arrivedMono, isKey: packet.isKey, bytes: packet.bytes });
    this.#assembler.packet(packet, arrivedMono);
  }
}
