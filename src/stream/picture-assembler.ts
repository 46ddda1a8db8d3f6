import type { Clock, Timer } from '../util/clock.ts';
import { quantile } from '../util/percentile.ts';
import { ArrivalMatcher } from './arrival-matcher.ts';
import type { FramecrcHeader, FramecrcPacket } from './framecrc.ts';
import type { PictureMemory } from './picture-memory.ts';
import { RawFrameSplitter } from './raw-frame-splitter.ts';
import type { SourceFrame } from './source.ts';
import { StartupBacklog } from './startup-backlog.ts';

/** The packet's line and the picture come through different pipes: the line may be read a moment later, not more. */
const LINE_GRACE_MS = 50;
/** A larger picture is no analysis picture but an attack or a mistake. */
const LARGEST_PICTURE_BYTES = 64 * 1024 * 1024;
/** Pictures kept back while the first packets' arrivals are being put right. */
const MOST_HELD = 8;
const REMEMBERED_AGES = 32;

interface Picture {
  readonly timeS: number | null;
  readonly width: number;
  readonly height: number;
}

type Decoded = Picture & { readonly decodedMono: number; readonly pixels: Uint8Array };

/** Puts together what the child's three pipes say of a picture: its bytes, its shape and time, and the arrival of its packet. */
export class PictureAssembler {
  readonly #clock: Clock;
  readonly #onFrame: (frame: SourceFrame) => void;
  readonly #onInvalid: (frames: number) => void;
  readonly #startMono: number;
  readonly #matcher = new ArrivalMatcher();
  readonly #backlog: StartupBacklog;
  readonly #splitter: RawFrameSplitter<Picture>;
  readonly #undelivered: Decoded[] = [];
  readonly #ages: number[] = [];
  #width: number | null = null;
  #timer: Timer | undefined;

  constructor(clock: Clock, memory: Pick<PictureMemory, 'take'>, onFrame: (frame: SourceFrame) => void, onInvalid: (frames: number) => void) {
    this.#clock = clock;
    this.#onFrame = onFrame;
    this.#onInvalid = onInvalid;
    this.#startMono = clock.monotonicMs();
    this.#backlog = new StartupBacklog(this.#startMono);
    this.#splitter = new RawFrameSplitter(
      (bytes) => memory.take(bytes),
      (picture, pixels) => {
        this.#undelivered.push({ ...picture, pixels, decodedMono: this.#clock.monotonicMs() });
        this.#deliverReady();
      },
    );
  }

  packetHeader(header: FramecrcHeader): void {
    this.#matcher.setPacketTick(header.timeBase);
  }

  packet(packet: FramecrcPacket, arrivedMono: number): void {
    this.#matcher.add(packet, arrivedMono);
    if (packet.dts !== null) this.#backlog.add({ arrivedMono, dtsS: packet.dts });
    if (this.#undelivered.length > 0) this.#deliverReady();
  }

  pictureHeader(header: FramecrcHeader): void {
    this.#matcher.setFrameTick(header.timeBase);
    this.#width = header.width;
  }

  /** The width is fixed by the scaler; the height follows from the size, also after the stream has changed its shape. */
  pictureLine({ pts, bytes }: FramecrcPacket): void {
    if (bytes === 0) return;
    const width = this.#width ?? 0;
    const height = bytes / (3 * width);
    if (Number.isInteger(height) && bytes <= LARGEST_PICTURE_BYTES) {
      this.#splitter.announce({ timeS: pts, width, height }, bytes);
    } else {
      this.#onInvalid(1);
      this.#splitter.announceUnwanted(bytes);
    }
  }

  /** Where the next bytes of pictures are best read to. */
  room(): Uint8Array {
    return this.#splitter.room();
  }

  raw(chunk: Uint8Array): void {
    this.#splitter.push(chunk);
  }

  /** True when pictures come without their lines: the child is broken, and nothing of it can be trusted. */
  get lostAlignment(): boolean {
    return this.#splitter.unannouncedBytes > LARGEST_PICTURE_BYTES;
  }

  /** No frame is delivered after this: what was incomplete or held back is counted as invalid. Idempotent. */
  end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const lost = this.#undelivered.length + this.#splitter.end();
    this.#undelivered.length = 0;
    if (lost > 0) this.#onInvalid(lost);
  }

  #deliverReady(): void {
    for (let head = this.#undelivered[0]; head; head = this.#undelivered[0]) {
      const now = this.#clock.monotonicMs();
      const packet = head.timeS === null ? null : this.#matcher.find(head.timeS, head.decodedMono);
      const mayStillCome = packet === null && head.timeS !== null && now - head.decodedMono < LINE_GRACE_MS;
      const isEarly = !this.#backlog.isOver(now) && this.#undelivered.length < MOST_HELD;
      if (mayStillCome || isEarly) {
        this.#lookAgain();
        return;
      }
      this.#undelivered.shift();
      this.#deliver(head, packet && this.#backlog.trueArrival(packet));
    }
  }

  #lookAgain(): void {
    this.#timer ??= this.#clock.setTimer(LINE_GRACE_MS, () => {
      this.#timer = undefined;
      this.#deliverReady();
    });
  }

  #deliver({ width, height, pixels, decodedMono }: Decoded, arrived: number | null): void {
    if (arrived !== null) {
      this.#ages.push(decodedMono - arrived);
      if (this.#ages.length > REMEMBERED_AGES) this.#ages.shift();
    }
    // Without a packet: as old as its like, and before there are any, as old as it can be.
    const estimate = () => (this.#ages.length > 0 ? decodedMono - quantile(this.#ages, 0.5) : this.#startMono);
    this.#onFrame({ receivedMono: arrived ?? estimate(), arrivalKnown: arrived !== null, decodedMono, width, height, pixels });
  }
}
