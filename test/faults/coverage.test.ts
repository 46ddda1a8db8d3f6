import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoverageView } from '../../src/events/coverage.ts';
import type { CameraCoverage } from '../../src/http/coverage-report.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { connectFeed } from '../helpers/feed-client.ts';
import { type Mosquitto, startMosquitto } from '../helpers/mosquitto.ts';
import { type Subscriber, startSubscriber } from '../helpers/mqtt-subscriber.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { LABELS, writeSmallModel } from '../helpers/small-model.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

interface CoverageAnswer {
  readonly since: string;
  readonly until: string;
  readonly now: string;
  readonly cameras: readonly CameraCoverage[];
}

const BLIND_LIMIT_MS = 10_000;
const DAY_MS = 86_400_000;

let folder: string;
let clip: string;
let camera: RtspServer;
let broker: Mosquitto;
let subscriber: Subscriber;
let daemon: Daemon;
let yaml: string;

const published = (id: string): CoverageView | null => JSON.parse(subscriber.newest(`framewatch/${id}/coverage`) ?? 'null') as CoverageView | null;
const isWatched = () => (published('door')?.state ?? 'blind') !== 'blind';
const blindFor = (reason: string) => published('door')?.state === 'blind' && published('door')?.reason === reason;
const newestVerdictMs = () => Date.parse((JSON.parse(subscriber.newest('framewatch/door/state') ?? '{}') as { at: string }).at);
const begin = async () => {
  daemon = await startDaemon({ yaml, stateDir: path.join(folder, 'state') });
  await daemon.ready();
};
const doorToday = async () => {
  const answer = await daemon.json<CoverageAnswer>('/api/coverage?camera=door');
  return answer.cameras[0]?.intervals ?? [];
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-coverage-'));
  const softmax = { units: LABELS.length, activation: 'softmax' } as const;
  await writeSmallModel(path.join(folder, 'models'), (tf, input) => tf.layers.dense(softmax).apply(tf.layers.flatten().apply(input)) as typeof input);
  clip = await makeTestClip({ file: path.join(folder, 'clip.mp4'), seconds: 4 });
  camera = await startRtspServer({ mounts: { clip: { kind: 'clip', clips: [clip] } } });
  broker = await startMosquitto({ persistence: true });
  subscriber = await startSubscriber({ port: broker.port });
  yaml = `
model: small
modelsDir: ${path.join(folder, 'models')}
mqtt: { url: "${broker.url}" }
cameraDefaults: { sampleFps: 2, maxLatencyMs: 2000, decode: all }
cameras:
  door: { url: "${camera.url('clip')}" }
  yard: { url: "${camera.url('clip')}", enabled: false }
`;
  await begin();
}, 300_000);

afterAll(async () => {
  await daemon.stop();
  await subscriber.close();
  await broker.close();
  await camera.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the record of coverage of a running daemon', () => {
  it('watches a camera that is judged, and knows one that is switched off', async () => {
    await waitFor('the camera is watched', isWatched, 30_000);
    expect(published('yard')).toMatchObject({ camera: 'yard', state: 'blind', reason: 'disabled' });
    const { coverage } = await daemon.json<CameraView>('/api/cameras/door');
    expect(coverage).toEqual(expect.objectContaining({ state: published('door')?.state }));
    const { text } = await daemon.get('/metrics');
    expect(text).toContain('framewatch_camera_coverage{camera="yard",state="blind"} 1');
    expect(text).toContain('framewatch_camera_coverage{camera="door",state="blind"} 0');
  });

  it('is blind: offline from the last frame that was judged when the camera is gone, and watches again when it is back', async () => {
    const feed = await connectFeed(daemon.port);
    const { port } = camera;
    await camera.close();
    await waitFor('blind', () => blindFor('offline'), 30_000);
    const foundMs = Date.now();
    const sinceMs = Date.parse(published('door')?.since ?? '');
    expect(Math.abs(sinceMs - newestVerdictMs())).toBeLessThan(50);
    expect(foundMs - sinceMs).toBeGreaterThan(BLIND_LIMIT_MS);
    const told = () => feed.messages.some(({ type, camera: seen }) => type === 'camera' && (seen as CameraView).coverage?.reason === 'offline');
    await waitFor('the feed tells it', told);
    feed.close();

    camera = await startRtspServer({ mounts: { clip: { kind: 'clip', clips: [clip] } }, port });
    await waitFor('watched again', isWatched, 30_000);
    expect(Date.parse(published('door')?.since ?? '')).toBeGreaterThan(foundMs);
    const outage = (await doorToday()).find(({ reason }) => reason === 'offline');
    expect(Date.parse(outage?.since ?? '')).toBe(sinceMs);
    expect(outage?.until).toBe(published('door')?.since);
  });

  it('is blind: engine while the engine is gone for longer than the limit, also when it hangs first', async () => {
    const engine = () => processTree(daemon.pid).find(({ command }) => command.includes('engine-main'));
    const hung = engine()?.pid ?? 0;
    process.kill(hung, 'SIGSTOP');
    await waitFor('the hung engine is replaced', () => engine()?.pid !== hung, 60_000);
    await waitFor(
      'blind',
      () => {
        const pid = engine()?.pid;
        if (pid !== undefined) killIfThere(pid);
        return blindFor('engine');
      },
      60_000,
    );
    expect(Math.abs(Date.parse(published('door')?.since ?? '') - newestVerdictMs())).toBeLessThan(50);
    await waitFor('watched again', isWatched, 60_000);
  });

  it('is blind: suspended for the time in which its own process stood still', async () => {
    await waitFor('watched', isWatched, 30_000);
    daemon.kill('SIGSTOP');
    const stoppedMs = Date.now();
    await sleep(BLIND_LIMIT_MS + 3000);
    daemon.kill('SIGCONT');
    const wentOnMs = Date.now();
    await waitFor('it is told', () =>
      subscriber.messages.some(({ topic, payload }) => topic === 'framewatch/door/coverage' && payload.includes('suspended')),
    );
    await waitFor('watched again', isWatched, 30_000);
    const [stop, ...others] = (await doorToday()).filter(({ reason }) => reason === 'suspended');
    expect(others).toEqual([]);
    expect(Math.abs(Date.parse(stop?.since ?? '') - stoppedMs)).toBeLessThan(2500);
    expect(Date.parse(stop?.until ?? '')).toBeGreaterThan(wentOnMs - 1000);
  });

  it('keeps a reload without a trace, and ends the record of a camera that is removed', async () => {
    const before = readFileSync(daemon.configFile, 'utf8');
    yaml = yaml.replace('door: {', 'door: { name: Front door,').replace(/^ {2}yard:.*$/m, '');
    writeFileSync(daemon.configFile, before.slice(0, before.indexOf('\nmodel:')) + yaml);
    daemon.kill('SIGHUP');
    await waitFor('the topic of the removed camera is emptied', () => subscriber.newest('framewatch/yard/coverage') === '');
    await waitFor('it is reloaded', async () => (await daemon.json<CameraView>('/api/cameras/door')).name === 'Front door');
    await waitFor('its record ended', async () => {
      const { cameras } = await daemon.json<CoverageAnswer>('/api/coverage?camera=yard');
      return (cameras[0]?.totalsMs.unknown ?? DAY_MS) < DAY_MS && Date.parse(cameras[0]?.intervals.at(-1)?.until ?? '') < Date.now() - 1000;
    });
    expect((await doorToday()).map(({ reason }) => reason)).not.toContain('reload');
    expect(isWatched()).toBe(true);
  });

  it('says after a crash from when on nobody knows, and after an end in order that it was one', async () => {
    await waitFor('watched', isWatched, 30_000);
    daemon.kill('SIGKILL');
    await daemon.ended;
    const diedMs = Date.now();
    await begin();
    await waitFor('watched again', isWatched, 30_000);
    const crash = (await doorToday()).find(({ reason }) => reason === 'crash');
    expect(diedMs - Date.parse(crash?.since ?? '')).toBeGreaterThanOrEqual(0);
    expect(diedMs - Date.parse(crash?.since ?? '')).toBeLessThan(12_000);
    expect(crash?.until).toBe(published('door')?.since);

    await daemon.stop();
    expect(published('door')).toMatchObject({ state: 'blind', reason: 'shutdown' });
    const { since } = published('door') ?? {};
    await begin();
    await waitFor('watched once more', isWatched, 30_000);
    expect((await doorToday()).find(({ reason }) => reason === 'shutdown')).toMatchObject({ since, until: published('door')?.since });
  });

  it('adds up, and refuses questions that it would have to guess at', async () => {
    const { cameras, since, until, now } = await daemon.json<CoverageAnswer>('/api/coverage');
    expect(until).toBe(now);
    expect(Date.parse(until) - Date.parse(since)).toBe(DAY_MS);
    expect(cameras.map((one) => one.camera)).toEqual(['door', 'yard']);
    for (const { totalsMs, intervals } of cameras) {
      expect(totalsMs.watching + totalsMs.reduced + totalsMs.blind + totalsMs.unknown).toBe(DAY_MS);
      for (const [index, interval] of intervals.entries()) expect(intervals[index + 1]?.since ?? interval.until).toBe(interval.until);
    }
    const reasons = (await doorToday()).filter(({ state }) => state === 'blind').map(({ reason }) => reason);
    expect(reasons).toEqual(['start', 'offline', 'engine', 'suspended', 'crash', 'shutdown']);
    expect((await daemon.get('/api/coverage?since=yesterday&camera=a%20b&what=1')).status).toBe(400);
  });
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Another one came already.
  }
}
