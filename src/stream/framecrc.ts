/** Facts that stand in the `#` lines before the first packet. */
export interface FramecrcHeader {
  /** Seconds a tick. */
  readonly timeBase: number;
  readonly codec: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

export interface FramecrcPacket {
  /** Seconds; null when the stream says none. */
  readonly pts: number | null;
  readonly dts: number | null;
  /** Seconds; 0 when it is not known. */
  readonly durationS: number;
  readonly bytes: number;
  readonly isKey: boolean;
  /** The demuxer knows that not all of it is there, or not as it was. */
  readonly isCorrupt: boolean;
}

export interface FramecrcListener {
  /** Once, before the first packet. */
  onHeader(header: FramecrcHeader): void;
  onPacket(packet: FramecrcPacket): void;
}

/** AV_NOPTS_VALUE, as libavformat prints it. */
const NO_TIME = '-9223372036854775808';
const KEY_FLAG = 1;
const CORRUPT_FLAG = 2;
const LONGEST_LINE = 4096;
const PACKET = /^\s*0,\s*(-?\d+),\s*(-?\d+),\s*(-?\d+),\s*(\d+),\s*0x[0-9a-f]+(?:,\s*F=0x([0-9a-f]+))?/i;

/**
 * Reads the text of ffmpeg's `framecrc` muxer (format: libavformat/framecrcenc.c, framehash.c) of one stream, in chunks of any size.
 * Lines that are neither header nor packet are skipped; an overlong line is dropped, so that memory stays bounded.
 */
export class FramecrcReader {
  readonly #listener: FramecrcListener;
  #rest = '';
  #timeBase: number | undefined;
  #codec: string | null = null;
  #width: number | null = null;
  #height: number | null = null;
  #headerTold = false;

  constructor(listener: FramecrcListener) {
    this.#listener = listener;
  }

  push(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST_LINE) this.#rest = '';
    for (const line of lines) this.#readLine(line);
  }

  #readLine(line: string): void {
    if (line.startsWith('#')) this.#readHeader(line);
    else this.#readPacket(line);
  }

  #readHeader(line: string): void {
    const [, name, value] = /^#(\w+) 0:\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return;
    if (name === 'tb') {
      const [numerator, denominator] = value.split('/').map(Number);
      if (numerator && denominator) this.#timeBase = numerator / denominator;
    } else if (name === 'codec_id') {
      this.#codec = value;
    } else if (name === 'dimensions') {
      const [width, height] = value.split('x').map(Number);
      this.#width = width || null;
      this.#height = height || null;
    }
  }

  #readPacket(line: string): void {
    const [, dts, pts, duration, bytes, flags] = PACKET.exec(line) ?? [];
    const timeBase = this.#timeBase;
    if (dts === undefined || pts === undefined || timeBase === undefined) return;
    if (!this.#headerTold) {
      this.#headerTold = true;
      this.#listener.onHeader({ timeBase, codec: this.#codec, width: this.#width, height: this.#height });
    }
    // The muxer leaves the flags out when the key flag is the only one.
    const flagBits = flags === undefined ? KEY_FLAG : Number.parseInt(flags, 16);
    this.#listener.onPacket({
      pts: seconds(pts, timeBase),
      dts: seconds(dts, timeBase),
      durationS: Math.max(0, Number(duration)) * timeBase,
      bytes: Number(bytes),
      isKey: (flagBits & KEY_FLAG) !== 0,
      isCorrupt: (flagBits & CORRUPT_FLAG) !== 0,
    });
  }
}

function seconds(ticks: string, timeBase: number): number | null {
  return ticks === NO_TIME ? null : Number(ticks) * timeBase;
}
