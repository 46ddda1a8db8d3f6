import { expect, it } from 'vitest';
import { cameraPath, startCameraHost } from '../../src/demo/camera-host.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { RtspClient, until } from './rtsp-client.ts';
import { tinyClip } from './tiny-clip.ts';

it('serves cameras that send their key frames at different moments', async () => {
  const clock = new VirtualClock(5000);
  const host = await startCameraHost({ clip: tinyClip([0, 1, 2, 3]), count: 3, clock, logger: silentLogger });
  try {
    const firsts: number[] = [];
    for (const index of [0, 1, 2]) {
      const client = await RtspClient.open(host.port);
      expect((await client.play(`rtsp://127.0.0.1:${host.port}${cameraPath(index)}`)).status).toBe(200);
      const since = clock.monotonicMs();
      await until(async () => {
        await clock.advance(5);
        expect(client.packets.length).toBeGreaterThan(0);
      });
      // A key frame every 400 ms.
      firsts.push((clock.monotonicMs() - 5000) % 400);
      expect(clock.monotonicMs() - since).toBeLessThanOrEqual(500);
      client.close();
    }
    const apart = (a: number, b: number) => Math.min(Math.abs(a - b), 400 - Math.abs(a - b));
    const [first = 0, second = 0, third = 0] = firsts;
    for (const distance of [apart(first, second), apart(second, third), apart(first, third)]) expect(distance).toBeGreaterThan(50);
  } finally {
    await host.close();
  }
});
