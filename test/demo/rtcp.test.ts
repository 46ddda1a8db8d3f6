import { describe, expect, it } from 'vitest';
import { senderReport } from '../../src/demo/rtcp.ts';

describe('senderReport', () => {
  it('writes a report and a name, each a whole number of words, with the lengths that the packets say', () => {
    for (const name of ['', 'a', 'abc', 'Front door', 'x'.repeat(300)]) {
      const bytes = senderReport({ source: 1, wallMs: 0, timestamp: 2, packets: 3, bytes: 4 }, name);
      const first = (bytes.readUInt16BE(2) + 1) * 4;
      expect([bytes.readUInt8(1), bytes.readUInt8(first + 1)]).toEqual([200, 202]);
      expect(first + (bytes.readUInt16BE(first + 2) + 1) * 4).toBe(bytes.length);
      const length = bytes.readUInt8(first + 9);
      expect(bytes.toString('utf8', first + 10, first + 10 + length)).toBe(name.slice(0, 255));
      expect(bytes.at(-1)).toBe(0);
    }
  });

  it('tells the time as NTP does: seconds since 1900 and a fraction of 2^32', () => {
    const bytes = senderReport({ source: 7, wallMs: Date.UTC(2026, 0, 1) + 250, timestamp: 2 ** 32 + 9, packets: 3, bytes: 4 }, 'a');
    const secondsFrom1900 = (Date.UTC(2026, 0, 1) - Date.UTC(1900, 0, 1)) / 1000;
    expect([4, 8, 12, 16, 20, 24].map((at) => bytes.readUInt32BE(at))).toEqual([7, secondsFrom1900, 2 ** 30, 9, 3, 4]);
  });
});
