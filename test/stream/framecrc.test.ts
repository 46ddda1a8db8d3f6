import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FramecrcHeader, type FramecrcPacket, FramecrcReader } from '../../src/stream/framecrc.ts';

// As ffmpeg 5.1 wrote it for an H.264 stream with B-frames over RTSP.
const TEXT = `#extradata 0:       41, 0xabaa0872
#software: Lavf59.27.100
#tb 0: 1/90000
#media_type 0: video
#codec_id 0: h264
#dimensions 0: 384x216
#sar 0: 1/1
0,      -3600, -9223372036854775808,     1800,     1121, 0x3597b53f
0,      86400,      90000,     1800,      560, 0x3fccee06
0,      88200,      95400,     1800,       31, 0x4c720660, F=0x0
0,     266400,     270000,     1800,      559, 0x947f1c82, S=1,       16
0,     268200,     271800,     1800,       77, 0x947f1c82, F=0x2, S=1,       16
`;

const seconds = (ticks: number) => ticks * (1 / 90_000);

function read(chunks: readonly string[]): { headers: FramecrcHeader[]; packets: FramecrcPacket[] } {
  const headers: FramecrcHeader[] = [];
  const packets: FramecrcPacket[] = [];
  const reader = new FramecrcReader({ onHeader: (header) => headers.push(header), onPacket: (packet) => packets.push(packet) });
  for (const chunk of chunks) reader.push(chunk);
  return { headers, packets };
}

describe('FramecrcReader', () => {
  it('reads header, times, durations, sizes and flags', () => {
    const { headers, packets } = read([TEXT]);
    expect(headers).toEqual([{ timeBase: 1 / 90_000, codec: 'h264', width: 384, height: 216 }]);
    expect(packets).toEqual([
      { pts: null, dts: seconds(-3600), durationS: seconds(1800), bytes: 1121, isKey: true, isCorrupt: false },
      { pts: seconds(90_000), dts: seconds(86_400), durationS: seconds(1800), bytes: 560, isKey: true, isCorrupt: false },
      { pts: seconds(95_400), dts: seconds(88_200), durationS: seconds(1800), bytes: 31, isKey: false, isCorrupt: false },
      { pts: seconds(270_000), dts: seconds(266_400), durationS: seconds(1800), bytes: 559, isKey: true, isCorrupt: false },
      { pts: seconds(271_800), dts: seconds(268_200), durationS: seconds(1800), bytes: 77, isKey: false, isCorrupt: true },
    ]);
  });

  it('reads the same from any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: TEXT.length })), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
        expect(read(edges.slice(1).map((end, index) => TEXT.slice(edges[index], end)))).toEqual(read([TEXT]));
      }),
    );
  });

  it('survives any text', () => {
    fc.assert(fc.property(fc.array(fc.string()), (chunks) => void read([...chunks, '\n'])));
  });
});
