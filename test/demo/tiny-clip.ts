import type { AccessUnit } from '../../src/demo/h264-bitstream.ts';
import type { DemoClip } from '../../src/demo/rtsp-mount.ts';

/** A clip of one key frame and what `order` says of all pictures' places on display; no real video, but real NAL units. */
export function tinyClip(order: readonly number[] = [0, 1, 2, 3], bytes: number = 20): DemoClip {
  const units = order.map((displayIndex, index): AccessUnit => {
    const key = index === 0;
    return { key, displayIndex, nals: [Buffer.from([key ? 0x65 : 0x41, ...new Array<number>(bytes).fill(index + 1)])] };
  });
  return { name: 'Tiny', framesPerSecond: 10, stream: { sps: Buffer.from('674d401f', 'hex'), pps: Buffer.from('68ee', 'hex'), units } };
}
