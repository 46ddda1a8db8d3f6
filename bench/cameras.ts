// Real cameras for minutes: `npm run bench:cameras -- [--minutes 5] [--cameras 4] [--sample-fps 1] [--decode auto]`.
// GStreamer's RTSP server serves 1080p25 H.264 (4 Mbit/s, B-frames, a key frame every 2 s) over TCP; an MQTT subscriber notes
// when each verdict arrives. With a high --sample-fps it shows how busy the engine is kept when more is offered than it can do.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { quantile } from '../src/util/percentile.ts';
import { startDaemon } from '../test/helpers/daemon.ts';
import { startMosquitto } from '../test/helpers/mosquitto.ts';
import { startRtspServer } from '../test/helpers/rtsp-server.ts';
import { between, lookAt } from './daemon-figures.ts';
import { printTable } from './table.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    cameras: { type: 'string', default: '4' },
    'sample-fps': { type: 'string', default: '1' },
    decode: { type: 'string', default: 'auto' },
    'max-latency-ms': { type: 'string', default: '500' },
  },
});
const [minutes, count, sampleFps] = [Number(values.minutes), Number(values.cameras), Number(values['sample-fps'])];
const SETTLE_MS = 15_000;

const folder = mkdtempSync(path.join(tmpdir(), 'framewatch-bench-'));
const clip = path.join(folder, 'clip.mp4');
execFileSync('ffmpeg', [
  ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'mandelbrot=size=1920x1080:rate=25', '-t', '20', '-c:v', 'libx264', '-preset', 'veryfast'],
  ...['-b:v', '4M', '-bf', '2', '-g', '50', '-sc_threshold', '0', '-pix_fmt', 'yuv420p', clip],
]);
const ids = Array.from({ length: count }, (_, index) => `cam${index}`);
const server = await startRtspServer({ mounts: Object.fromEntries(ids.map((id) => [id, { kind: 'clip', clips: [clip] }])) });
const broker = await startMosquitto();
const daemon = await startDaemon({
  stateDir: path.join(folder, 'state'),
  yaml: `mqtt: { url: "${broker.url}", classifications: true }\ncameraDefaults: { sampleFps: ${sampleFps}, decode: ${values.decode}, maxLatencyMs: ${values['max-latency-ms']} }\ncameras:\n${ids.map((id) => `  ${id}: { url: "${server.url(id)}" }`).join('\n')}\n`,
});
const readyMs = await daemon.ready();
const latencies = new Map<string, number[]>(ids.map((id) => [id, []]));
const client = await mqtt.connectAsync(broker.url);
await client.subscribeAsync('framewatch/+/classification');
let measuring = false;
client.on('message', (_topic, payload) => {
  const now = Date.now();
  const { camera, frame } = JSON.parse(payload.toString()) as { camera: string; frame: { receivedAt: string } };
  if (measuring) latencies.get(camera)?.push(now - Date.parse(frame.receivedAt));
});
await sleep(SETTLE_MS);
measuring = true;
const first = await lookAt(daemon);
await sleep(Math.min(1, minutes) * 60_000);
const early = await lookAt(daemon);
await sleep(Math.max(0, minutes - 1) * 60_000);
const last = await lookAt(daemon);
const { framesPerSecond, meanBatch, engineBusyShare, cores, seconds } = between(first, last);
const { cameras } = await daemon.json<{ cameras: { id: string; drops: object; deadlineMissed: number; stream: { decode: string } }[] }>(
  '/api/cameras',
);
await client.endAsync();
await daemon.stop();
await Promise.all([server.close(), broker.close()]);
rmSync(folder, { recursive: true, force: true });

console.log(
  `${count} cameras 1080p25 over RTSP/TCP, sampleFps ${sampleFps}, decode ${values.decode}, ${seconds.toFixed(0)} s; ready after ${(readyMs / 1000).toFixed(1)} s\n`,
);
printTable(
  ['camera', 'decode', 'classified', 'frames/s', 'p50 ms', 'p99 ms', 'missed since start', 'drops since start'],
  ids.map((id) => {
    const [view, seen] = [cameras.find((camera) => camera.id === id), latencies.get(id) ?? []];
    const classified = (last.byCamera[id] ?? 0) - (first.byCamera[id] ?? 0);
    return [
      id,
      view?.stream.decode ?? '',
      classified,
      classified / seconds,
      quantile(seen, 0.5),
      quantile(seen, 0.99),
      view?.deadlineMissed ?? 0,
      JSON.stringify(view?.drops ?? {}),
    ];
  }),
);
const all = [...latencies.values()].flat();
console.log(`\narrival → received by an MQTT subscriber: p50 ${quantile(all, 0.5)} ms, p99 ${quantile(all, 0.99)} ms over ${all.length} verdicts`);
console.log(`${framesPerSecond.toFixed(2)} frames/s, mean batch ${meanBatch.toFixed(2)}, engine busy ${engineBusyShare.toFixed(3)} of the time\n`);
const rows = (['daemon', 'engine', 'ffmpeg'] as const).map((role) => [role, cores[role], early.rssMiB[role], last.rssMiB[role]]);
printTable(['', 'cores', `MiB after ${Math.min(1, minutes)} min`, `MiB after ${minutes} min`], rows);
