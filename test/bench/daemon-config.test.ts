import { expect, it } from 'vitest';
import { daemonConfig } from '../../src/bench/daemon-config.ts';
import { accepted } from '../config/sample.ts';

it("is a configuration that the daemon accepts, with the operator's engine and batching", () => {
  const operator = accepted('engine: { threads: 3 }\nbatching: { maxBatchSize: 4, allowedBatchSizes: [1, 4], policy: eager }\ncameras: {}');
  const cameras = [
    { id: 'camera0', url: 'rtsp://127.0.0.1:1234/camera0', sampleFps: 1.5, decode: 'all', maxLatencyMs: 250, frameWidth: 320 },
  ] as const;
  const config = accepted(daemonConfig(operator, '/tmp/x/state', cameras));
  expect(config).toMatchObject({
    engine: operator.engine,
    batching: operator.batching,
    ffmpeg: operator.ffmpeg,
    model: operator.model,
    modelsDir: operator.modelsDir,
  });
  expect(config).toMatchObject({ stateDir: '/tmp/x/state', mqtt: { enabled: false }, http: { host: '127.0.0.1', port: 0, auth: { mode: 'none' } } });
  expect(config.cameras).toHaveLength(1);
  expect(config.cameras[0]).toMatchObject(cameras[0]);
});
