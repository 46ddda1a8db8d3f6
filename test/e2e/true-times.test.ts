import { afterAll, beforeAll, describe, it } from 'vitest';
import { systemClock, wallAt } from '../../src/util/clock.ts';
import { quantile } from '../../src/util/percentile.ts';
import { burntClock, type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { cameraConfig, realSources, record } from '../helpers/stream-cameras.ts';

// The age seen in the picture runs from its capture, the ledger from the arrival of its packet. Between the two lie the camera's own doings:
// with B-frames its encoder sends a picture up to three frames late, and the end of a picture is known only when the next one begins: four frames.
// At 100 frames/s that is 40 ms, well below the 100 ms that are allowed; at 25 frames/s the camera alone would use them up. Nothing is subtracted.
const FPS = 100;
const ALLOWED_MS = 100;

// All four at once: they mostly wait.
describe('the ledger and a clock burnt into the picture', { concurrent: true }, () => {
  let server: RtspServer;

  beforeAll(async () => {
    server = await startRtspServer({
      mounts: {
        plain: { kind: 'clock', fps: FPS, gop: FPS, bFrames: 0 },
        reordered: { kind: 'clock', fps: FPS, gop: FPS, bFrames: 2 },
      },
    });
  });

  afterAll(() => server.close());

  for (const mount of ['plain', 'reordered']) {
    for (const decode of ['all', 'keyframes'] as const) {
      // On a machine with other work a picture may be sent or its line be read late, which is neither side's lie and hits one run; a ledger that
      // takes a wrong packet does so in every run. So a run is repeated once, and in the one that counts every picture must agree.
      it(`agree within ${ALLOWED_MS} ms: ${mount}, ${decode}`, { retry: 1 }, async ({ expect }) => {
        const wanted = decode === 'all' ? 24 : 6;
        const camera = cameraConfig({ url: server.url(mount), sampleFps: 4, frameWidth: 384, decode });
        const openSource = await realSources();
        const { frames } = await record(openSource(camera, decode), 30_000, (seen) => seen.frames.length >= wanted);
        expect(frames.length).toBeGreaterThanOrEqual(wanted);

        const differences = frames.map(({ pixels, receivedMono, decodedMono }) => {
          const decodedAt = wallAt(systemClock, decodedMono);
          const capturedAt = burntClock(pixels, decodedAt);
          expect(capturedAt, 'a picture without a readable clock').not.toBeNull();
          expect(decodedMono).toBeGreaterThanOrEqual(receivedMono);
          return decodedAt - (capturedAt ?? 0) - (decodedMono - receivedMono);
        });
        const worst = Math.max(...differences.map(Math.abs));
        const median = quantile(differences, 0.5);
        expect(worst, `differences of ${differences.map((ms) => ms.toFixed(0)).join(' ')} ms, median ${median.toFixed(0)}`).toBeLessThanOrEqual(
          ALLOWED_MS,
        );
      });
    }
  }
});
