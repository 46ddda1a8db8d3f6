import type { Clock } from '../util/clock.ts';
import type { Lesson } from './ffmpeg-arguments.ts';
import { type FramecrcHeader, type FramecrcPacket, FramecrcReader } from './framecrc.ts';
import { PictureAssembler } from './picture-assembler.ts';
import type { PictureMemory } from './picture-memory.ts';
import type { SourceListener } from './source.ts';
import { StreamClock } from './stream-clock.ts';

export interface ChildSessionOptions {
  readonly clock: Clock;
  readonly listener: SourceListener;
  readonly memory: Pick<PictureMemory, 'take'>;
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
  readonly #streamClock = new StreamClock();
  #sawPackets = false;
  #isOver = false;
  #lesson: Lesson | null = null;
  #complaint: string | null = null;

  constructor(options: ChildSessionOptions) {
    const { clock, listener, memory } = options;
    this.#options = options;
    this.#assembler = new PictureAssembler(
      clock,
      memory,
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

  /** Why the child was given up, for a person: what stands after "the camera …: "; null when it was not, or for a lesson. */
  get complaint(): string | null {
    return this.#complaint;
  }

  /** Where the next bytes of pictures are best read to. */
  room(): Uint8Array {
    return this.#assembler.room();
  }

  raw(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#assembler.raw(chunk);
    if (this.#assembler.lostAlignment) this.#giveUp('its pictures came without their descriptions');
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
      this.#giveUp(null);
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
    if (this.#streamClock.wentBack(packet, arrivedMono)) this.#giveUp('the clock of its stream was set back');
    else this.#assembler.packet(packet, arrivedMono);
  }

  #giveUp(complaint: string | null): void {
    this.#complaint = complaint;
    this.end();
    this.#options.giveUp();
  }
}
