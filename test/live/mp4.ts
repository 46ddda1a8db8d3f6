/** Builds MP4 boxes for tests. */
export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

/** High profile, level 4. */
const AVC: Buffer = box('avcC', Buffer.from([1, 0x64, 0x00, 0x28, 0xff]));
/** Main profile, level 2.1, of x265. */
export const HEVC: Buffer = box('hvcC', Buffer.from([1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 63, 0xf0]));

export interface Video {
  readonly entry?: string;
  readonly parameters?: Uint8Array;
  readonly width?: number;
  readonly height?: number;
}

export function moov({ entry = 'avc1', parameters = AVC, width = 1920, height = 1080 }: Video = {}, defaultFlags: number = 0x10000): Buffer {
  const visual = Buffer.alloc(78);
  visual.writeUInt16BE(width, 24);
  visual.writeUInt16BE(height, 26);
  const stsd = box('stsd', words(0, 1), box(entry, visual, parameters));
  const trak = box('trak', box('tkhd', words(0)), box('mdia', box('minf', box('stbl', stsd))));
  return box('moov', box('mvhd', words(0)), trak, box('mvex', box('trex', words(0, 1, 1, 0, 0, defaultFlags))));
}

export function init(video: Video = {}): Buffer {
  return Buffer.concat([box('ftyp', Buffer.from('iso5')), moov(video)]);
}

/** A picture, as ffmpeg writes it with `frag_every_frame`. */
export function fragment(isKey: boolean, content: Uint8Array = Buffer.from('picture')): Buffer {
  const tfhd = box('tfhd', words(0x20038, 1, 40, content.length, isKey ? 0x2000000 : 0x1010000));
  const trun = box('trun', words(0x1, 1, 100));
  return Buffer.concat([box('moof', box('mfhd', words(0, 1)), box('traf', tfhd, trun)), box('mdat', content)]);
}

/** Cuts `bytes` at `cuts`, whatever they are. */
export function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}

/** A picture in an MPEG transport stream, of about so many bytes. */
export function transportPackets(bytes: number): (isKey: boolean) => Buffer {
  const packets = Buffer.alloc(188 * Math.floor(bytes / 188));
  for (let at = 0; at < packets.length; at += 188) packets.set([0x47, 0x01, 0x00, 0x10], at);
  return (isKey) => {
    const picture = Buffer.from(packets);
    picture.set([0x47, 0x41, 0x00, 0x30, 0x07, isKey ? 0x50 : 0x10]);
    return picture;
  };
}
