import { describe, expect, it } from 'vitest';
import { ChildSession } from '../../src/stream/child-session.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { SourceRecorder } from '../helpers/stream-cameras.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

function session(mayLackTimes = false) {
  const clock = new VirtualClock();
  const seen = new SourceRecorder();
  let givenUp = 0;
  const child = new ChildSession({ clock, listener: seen, memory: new PictureMemory(), mayLackTimes, giveUp: () => (givenUp += 1) });
  return { clock, seen, child, givenUp: () => givenUp };
}

const header = (codec: string) => `#tb 0: 1/1000\n#media_type 0: video\n#codec_id 0: ${codec}\n#dimensions 0: 640x360\n`;
const packet = (ms: number) => `0, ${ms}, ${ms}, 1, 100, 0x00000000\n`;

describe('ChildSession', () => {
  it('gives up a stream whose clock is set back, and says so', async () => {
    const { clock, seen, child, givenUp } = session();
    child.packetText(header('h264'));
    const second = async (fromMs: number) => {
      for (let ms = 0; ms < 1000; ms += 40) {
        child.packetText(packet(fromMs + ms));
        await clock.advance(40);
      }
    };
    await second(60_000);
    await second(61_000);
    expect(givenUp()).toBe(0);
    await second(1000);
    await second(2000);
    expect(givenUp()).toBe(1);
    expect(child.complaint).toContain('set back');
    expect(child.lesson).toBeNull();
    expect(seen.packets.length, 'deaf afterwards').toBeLessThan(80);
  });

  it('learns that motion JPEG over HTTP carries no times', () => {
    const { seen, child, givenUp } = session(true);
    child.packetText(header('mjpeg') + packet(0));
    expect([givenUp(), child.lesson, child.complaint, seen.packets.length]).toEqual([1, 'stampOnArrival', null, 0]);
  });

  it('gives up a child that sends pictures without describing them', () => {
    const { child, givenUp } = session();
    const chunk = Buffer.alloc(16 * 1024 * 1024);
    for (let count = 0; count < 5; count++) child.raw(chunk);
    expect(givenUp()).toBe(1);
    expect(child.complaint).toContain('without their descriptions');
  });
});
