import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { ArrivalTrace, TraceRecord } from '../../src/batching/arrival-trace.ts';
import { decodeTrace } from '../../src/batching/trace-decoding.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { type Daemon, FEW_BATCH_SIZES, runCommand, startDaemon } from '../helpers/daemon.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

let folder: string;
let server: RtspServer;
const yaml = (enabled: boolean) => `
mqtt: { enabled: false }
${FEW_BATCH_SIZES}
cameraDefaults: { enabled: ${enabled}, rules: {} }
cameras:
  door_of_eve: { url: "${server.url('fast')}", sampleFps: 5, maxLatencyMs: 300, weight: 2, decode: all }
  car_park: { url: "${server.url('slow')}", sampleFps: 2, maxLatencyMs: 2000, decode: keyframes }
`;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-trace-'));
  const fast = await makeTestClip({ file: path.join(folder, 'fast.mp4'), seconds: 4 });
  const slow = await makeTestClip({ file: path.join(folder, 'slow.mp4'), seconds: 4, fps: 20, gop: 10 });
  server = await startRtspServer({ mounts: { fast: { kind: 'clip', clips: [fast] }, slow: { kind: 'clip', clips: [slow] } } });
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function of<K extends TraceRecord['kind']>({ records }: ArrivalTrace, kind: K): Array<Extract<TraceRecord, { kind: K }>> {
  return records.filter((record): record is Extract<TraceRecord, { kind: K }> => record.kind === kind);
}

/** The sum over all series of a metric whose labels hold `labels`. */
async function metric(daemon: Daemon, name: string, labels: string = ''): Promise<number> {
  const { text } = await daemon.get('/metrics');
  const lines = text.split('\n').filter((line) => line.startsWith(`framewatch_${name}`) && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Timers count whole milliseconds: they may fire up to one early. */
const TIMER_GRAIN_MS = 1;

// Three daemons that mostly wait: together they take little longer than one.
describe('framewatch run --record-trace', { concurrent: true }, () => {
  it('writes every frame that came and every batch that ran, by number only', async ({ expect }) => {
    const file = path.join(folder, 'whole.ndjson');
    const daemon = await startDaemon({ yaml: yaml(true), args: ['--record-trace', file] });
    try {
      await daemon.ready();
      await waitFor('frames of both', async () => (await metric(daemon, 'frames_classified_total', 'car_park')) >= 8, 30_000);
      // Quiet, so that numbers of the daemon and of the file can be the same.
      writeFileSync(daemon.configFile, readFileSync(daemon.configFile, 'utf8').replace('enabled: true, rules', 'enabled: false, rules'));
      daemon.kill('SIGHUP');
      await waitFor('both cameras are off', async () => {
        const { cameras } = await daemon.json<{ cameras: CameraView[] }>('/api/cameras');
        return daemon.log().includes('the configuration was reloaded') && cameras.every(({ state }) => state === 'disabled');
      });
      // One that was still on its way from a child when that was ended is `invalid`: it never came.
      const cut = () => metric(daemon, 'frames_dropped_total', 'reason="invalid"');
      const dropped = async () => (await metric(daemon, 'frames_dropped_total')) - (await cut());
      const ended = async () => (await metric(daemon, 'frames_classified_total')) + (await dropped());
      await waitFor('every frame has ended', async () => (await ended()) === (await metric(daemon, 'frames_received_total')));
      const received = {
        door: await metric(daemon, 'frames_received_total', 'door_of_eve'),
        carPark: await metric(daemon, 'frames_received_total', 'car_park'),
      };
      const [batches, judged] = [await metric(daemon, 'batch_size_count'), await metric(daemon, 'batch_size_sum')];
      expect((await daemon.stop()).code).toBe(0);

      const text = readFileSync(file, 'utf8');
      const trace = decodeTrace(text, file);
      expect(trace.end).toBe('closed');
      expect(trace.header).toMatchObject({ sizes: [1, 2], engine: { backend: 'onnx', device: 'cpu' }, policy: { name: 'deadline' } });
      expect(of(trace, 'slot')).toMatchObject([
        { slot: 0, camera: 0, region: 0, maxLatencyMs: 300, weight: 2 },
        { slot: 1, camera: 1, region: 0, maxLatencyMs: 2000, weight: 1 },
        // After the reload: the same cameras.
        { slot: 2, camera: 0 },
        { slot: 3, camera: 1 },
      ]);
      // Each leaves when its own child is gone.
      expect(
        of(trace, 'gone')
          .map(({ slot }) => slot)
          .toSorted(),
      ).toEqual([0, 1]);
      const frames = of(trace, 'frame');
      expect({ door: frames.filter(({ slot }) => slot === 0).length, carPark: frames.filter(({ slot }) => slot === 1).length }).toEqual(received);
      expect(of(trace, 'batch')).toHaveLength(batches);
      expect(of(trace, 'batch').reduce((sum, { slots }) => sum + slots.length, 0)).toBe(judged);
      expect(of(trace, 'lost')).toEqual([]);
      for (const { ageMs } of frames) expect(ageMs).toBeLessThan(10_000);
      for (const { tookMs, cost } of of(trace, 'batch')) {
        expect(cost).not.toBeNull();
        expect(cost?.inferenceMs).toBeGreaterThan(0);
        expect(tookMs).toBeGreaterThanOrEqual((cost?.inferenceMs ?? 0) - 0.1);
      }
      // Neither names nor addresses. (Not just `127.0`: that is a time, too.)
      expect(text).not.toMatch(/eve|park|rtsp|127\.0\.0\.1|full/);
    } finally {
      await daemon.stop();
    }
  });

  it('ends by itself after --record-seconds', async ({ expect }) => {
    const file = path.join(folder, 'timed.ndjson');
    const timed = await startDaemon({ yaml: yaml(true), args: ['--record-trace', file, '--record-seconds', '2'] });
    try {
      await timed.ready();
      await waitFor('it has ended', () => timed.log().includes('the recording of the trace has ended'), 30_000);
      const written = () => decodeTrace(readFileSync(file, 'utf8'), file);
      await waitFor('its last line is on disk, too', () => written().end !== null);
      const { records, end } = written();
      expect(end).toBe('time');
      expect(records.at(-1)?.atMs).toBeGreaterThanOrEqual(2_000 - TIMER_GRAIN_MS);
      expect(records.at(-1)?.atMs).toBeLessThan(5_000);
      expect((await timed.get('/readyz')).status).toBe(200);
    } finally {
      await timed.stop();
    }
  });

  it('leaves what can be read when the daemon is killed', async ({ expect }) => {
    const file = path.join(folder, 'cut.ndjson');
    const cut = await startDaemon({ yaml: yaml(true), args: ['--record-trace', file] });
    try {
      await cut.ready();
      await waitFor('frames of both', async () => (await metric(cut, 'frames_classified_total', 'car_park')) >= 4, 30_000);
      cut.kill('SIGKILL');
      await cut.ended;
      const { records, end } = decodeTrace(readFileSync(file, 'utf8'), file);
      expect(end).toBeNull();
      expect(records.filter(({ kind }) => kind === 'frame').length).toBeGreaterThan(4);
    } finally {
      await cut.stop();
    }
  });

  it('refuses wrong usage with 64 and says what is wrong', async ({ expect }) => {
    const config = path.join(folder, 'framewatch.yaml');
    writeFileSync(config, `stateDir: ${folder}/state\nhttp: { enabled: false }\n${yaml(true)}`);
    const alone = await runCommand(['run', '--config', config, '--record-seconds', '5']);
    expect(alone).toMatchObject({ code: 64, stderr: expect.stringContaining('--record-seconds needs --record-trace FILE') as unknown });
    const never = await runCommand(['run', '--config', config, '--record-trace', 'x.ndjson', '--record-seconds', '0']);
    expect(never.code).toBe(64);
    const nowhere = await runCommand(['run', '--config', config, '--record-trace', path.join(folder, 'no', 'folder.ndjson')]);
    expect(nowhere).toMatchObject({ code: 64, stderr: expect.stringMatching(/TRACE_UNWRITABLE.*folder\.ndjson: ENOENT/) as unknown });
  });
});
