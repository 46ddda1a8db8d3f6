import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { type Daemon, FEW_BATCH_SIZES, freePort, startDaemon } from '../helpers/daemon.ts';
import { connectFeed, type FeedClient } from '../helpers/feed-client.ts';
import { type Mosquitto, startMosquitto } from '../helpers/mosquitto.ts';
import { type Subscriber, startSubscriber } from '../helpers/mqtt-subscriber.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { makeSceneClip } from '../helpers/scene-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

const PASSWORD = 'p@ss:w/o#r?d%20é';
const SCENE_SECONDS = 5;

interface ConfigView {
  readonly config: { readonly cameras: Readonly<Record<string, unknown>> };
  readonly reload: object | null;
}

interface CameraList {
  readonly cameras: readonly CameraView[];
}

let folder: string;
let open: RtspServer;
let locked: RtspServer;
let broker: Mosquitto;
let subscriber: Subscriber;
let daemon: Daemon;
let feed: FeedClient;
let yaml: string;

function cameras(urls: { readonly closed: number }): string {
  return `
${FEW_BATCH_SIZES}
mqtt: { url: "${broker.url}" }
cameraDefaults:
  sampleFps: 2
  maxLatencyMs: 2000
  rules:
    drawing: { labels: [Drawing], enter: 0.5, exit: 0.4, minFrames: 2, offDelayMs: 500, cooldownMs: 0 }
cameras:
  long_groups: { url: "${open.url('scenes')}", decode: all }
  locked: { url: "${locked.url('scenes')}", username: viewer, password: "\${CAMERA_PASSWORD}", decode: keyframes }
  wrong_password: { url: "${locked.url('scenes')}", username: viewer, password: not-it-at-all }
  away: { url: "rtsp://127.0.0.1:${urls.closed}/x" }
  missing: { url: "${open.url('nothing')}" }
`;
}

const startsAndEnds = (events: readonly LabelEvent[], camera: string) =>
  events.filter((event) => event.camera === camera && event.type !== 'update').map((event) => event.type);
const onWire = (): LabelEvent[] =>
  subscriber.messages.filter(({ topic }) => topic.endsWith('/event')).map(({ payload }) => JSON.parse(payload) as LabelEvent);
const stateOf = async (id: string) => (await daemon.json<CameraView>(`/api/cameras/${id}`)).state;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-e2e-'));
  const longGroups = await makeSceneClip({ folder, name: 'long', sceneSeconds: SCENE_SECONDS, gop: 100, bFrames: 2 });
  const shortGroups = await makeSceneClip({ folder, name: 'short', sceneSeconds: SCENE_SECONDS, gop: 12, bFrames: 2 });
  open = await startRtspServer({ mounts: { scenes: { kind: 'clip', clips: [longGroups] } } });
  locked = await startRtspServer({ mounts: { scenes: { kind: 'clip', clips: [shortGroups] } }, username: 'viewer', password: PASSWORD });
  broker = await startMosquitto();
  subscriber = await startSubscriber({ port: broker.port });
  yaml = cameras({ closed: await freePort() });
  daemon = await startDaemon({ yaml, stateDir: path.join(folder, 'state'), env: { CAMERA_PASSWORD: PASSWORD } });
  await daemon.ready();
  feed = await connectFeed(daemon.port);
}, 300_000);

afterAll(async () => {
  feed.close();
  await daemon.stop();
  await subscriber.close();
  await broker.close();
  await Promise.all([open.close(), locked.close()]);
  rmSync(folder, { recursive: true, force: true });
});

describe('the daemon, on cameras, broker and clients that are not its own', () => {
  it('publishes what its cameras show: the same events over MQTT, WebSocket and HTTP', async () => {
    const seen = () => ['long_groups', 'locked'].every((id) => startsAndEnds(feed.events, id).join(' ').includes('start end start'));
    await waitFor('both cameras started, ended and started again', seen, 60_000);
    const last = feed.events.at(-1)?.sequence ?? 0;
    await waitFor('MQTT has them too', () => onWire().some((event) => event.sequence === last));
    const history = await daemon.json<{ events: LabelEvent[] }>('/api/events?after=0&limit=1000');
    const upTo = (events: readonly LabelEvent[]) =>
      events.filter((event) => event.sequence <= last && event.sequence >= (feed.events[0]?.sequence ?? 0));
    expect(upTo(onWire())).toEqual(upTo(feed.events));
    expect(upTo(history.events)).toEqual(upTo(feed.events));
  });

  it('measures a ledger whose parts add up, within the bound', () => {
    for (const { latencyMs, batch, type } of feed.events) {
      if (type === 'end') continue;
      const { total, decode, queue, preprocess, inference, decide, bound } = latencyMs;
      expect(decode + queue + preprocess + inference + decide).toBeCloseTo(total, 1);
      expect(Math.min(decode, queue, preprocess, inference, decide)).toBeGreaterThanOrEqual(0);
      expect(bound).toBe(2000);
      expect(batch.paddedTo).toBeGreaterThanOrEqual(batch.size);
    }
  });

  it('keeps status, availability, state and snapshot retained', async () => {
    await waitFor('a snapshot', () => subscriber.newest('framewatch/long_groups/snapshot') !== undefined);
    const late = await startSubscriber({ port: broker.port });
    try {
      const retained = ['status', 'long_groups/availability', 'away/availability', 'locked/state', 'long_groups/snapshot'];
      await waitFor('all that is retained', () => retained.every((topic) => late.newest(`framewatch/${topic}`) !== undefined));
      expect(late.newest('framewatch/status')).toBe('online');
      expect(late.newest('framewatch/long_groups/availability')).toBe('online');
      expect(late.newest('framewatch/away/availability')).toBe('offline');
      const first = (topic: string) => late.messages.find((message) => message.topic === `framewatch/${topic}`);
      expect(retained.map((topic) => first(topic)?.retained)).toEqual(retained.map(() => true));
      expect(late.messages.some(({ topic }) => topic.endsWith('/event'))).toBe(false);
      const state = JSON.parse(late.newest('framewatch/locked/state') ?? '{}') as Record<string, unknown>;
      expect(state).toMatchObject({ camera: 'locked', regions: { full: { rules: { drawing: { active: expect.any(Boolean) } } } } });
    } finally {
      await late.close();
    }
  });

  it('says of each camera that fails what is wrong with it, and goes on with the others', async () => {
    await waitFor('wrong password is seen', async () => (await stateOf('wrong_password')) === 'authFailed', 30_000);
    await waitFor('nobody there is seen', async () => (await stateOf('away')) === 'offline', 30_000);
    const { cameras: list } = await daemon.json<CameraList>('/api/cameras');
    const codes = Object.fromEntries(list.map(({ id, error }) => [id, error?.code ?? null]));
    expect(codes).toEqual({
      long_groups: null,
      locked: null,
      wrong_password: 'CAMERA_AUTH_FAILED',
      away: 'CAMERA_UNREACHABLE',
      missing: 'CAMERA_NOT_FOUND',
    });
    expect(await stateOf('long_groups')).toBe('live');
  });

  it('shows the frames that the network saw, to those who watch', async () => {
    feed.watch(['locked']);
    await waitFor('a tile and its classification', () => feed.tiles.length > 2);
    const tile = feed.tiles.at(-1);
    expect(tile?.cameraId).toBe('locked');
    expect(tile?.jpeg.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    const judged = feed.messages
      .filter((message) => message['type'] === 'classification')
      .map((message) => (message['frame'] as { sequence: number }).sequence);
    expect(judged).toContain(Number(tile?.frameSequence));
    feed.watch([]);
  });

  it('serves metrics, counts every drop with a reason, and loses no frame between received and judged', async () => {
    const { status, text } = await daemon.get('/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/framewatch_frames_classified_total\{camera="long_groups"\} \d+/);
    expect(text).toContain('framewatch_engine_info{backend="onnx",device="cpu",precision="float32",model="inception-v3-content-safety"} 1');
    const camera = await daemon.json<CameraView>('/api/cameras/long_groups');
    const dropped = Object.values(camera.drops).reduce((sum, count) => sum + count, 0);
    // What is neither is waiting or in a batch: one region, so at most three.
    expect(camera.framesReceived - camera.framesClassified - dropped).toBeLessThanOrEqual(3);
    expect(camera.framesReceived - camera.framesClassified - dropped).toBeGreaterThanOrEqual(0);
  });

  it('replaces an engine process that is killed, without disturbing the cameras', async () => {
    const restartsBefore = (await daemon.json<CameraView>('/api/cameras/long_groups')).restarts;
    const engine = processTree(daemon.pid).find(({ command }) => command.includes('engine-main'));
    expect(engine).toBeDefined();
    const before = (await daemon.json<CameraView>('/api/cameras/long_groups')).framesClassified;
    process.kill(engine?.pid ?? -1, 'SIGKILL');
    await waitFor('readiness says so', async () => (await daemon.get('/readyz')).status === 503, 5000);
    await waitFor('it is back', async () => (await daemon.get('/readyz')).status === 200, 30_000);
    await waitFor(
      'frames are judged again',
      async () => (await daemon.json<CameraView>('/api/cameras/long_groups')).framesClassified > before + 3,
      15_000,
    );
    expect((await daemon.json<CameraView>('/api/cameras/long_groups')).restarts).toBe(restartsBefore);
    expect((await daemon.get('/metrics')).text).toContain('framewatch_engine_restarts_total 1');
  });

  it('reconnects to a broker that was away, and publishes what happened meanwhile, in order', async () => {
    await broker.stop();
    await subscriber.close();
    const before = feed.events.length;
    await waitFor('events go on', () => feed.events.length >= before + 2, 30_000);
    await broker.start();
    subscriber = await startSubscriber({ port: broker.port });
    const missed = feed.events.at(-1)?.sequence ?? 0;
    // This subscriber came after the broker: it sees only what is published from now on, which must begin with what waited.
    await waitFor('status is online again', () => subscriber.newest('framewatch/status') === 'online', 30_000);
    await waitFor('later events come', () => onWire().some((event) => event.sequence > missed), 30_000);
    const sequences = onWire().map((event) => event.sequence);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((a, b) => a - b));
  });

  it('reloads on SIGHUP: a wrong file changes nothing, a changed camera restarts alone', async () => {
    const good = readFileSync(daemon.configFile, 'utf8');
    writeFileSync(daemon.configFile, `${good}\nnonsense: 1\n`);
    daemon.kill('SIGHUP');
    await waitFor('the error is named', () => daemon.log().includes('nothing was changed'));
    expect(daemon.log()).toContain('nonsense');
    const refused = await daemon.json<ConfigView>('/api/config');
    expect(refused.reload).toMatchObject({ outcome: 'refused', problems: [expect.stringContaining('nonsense')] });
    expect(JSON.stringify(refused)).not.toContain(PASSWORD);
    const restartsOf = async (id: string) => (await daemon.json<CameraView>(`/api/cameras/${id}`)).restarts;
    const untouched = (await daemon.json<CameraView>('/api/cameras/locked')).since;
    writeFileSync(daemon.configFile, good.replace('away:', 'gone_away:').replace('decode: all', 'decode: all, name: Renamed'));
    daemon.kill('SIGHUP');
    await waitFor('it was applied', () => daemon.log().includes('the configuration was reloaded'));
    await waitFor('the changed camera is live', async () => (await stateOf('long_groups')) === 'live', 20_000);
    const { cameras: list } = await daemon.json<CameraList>('/api/cameras');
    expect(list.map(({ id }) => id).toSorted()).toEqual(['gone_away', 'locked', 'long_groups', 'missing', 'wrong_password']);
    expect(list.find(({ id }) => id === 'long_groups')?.name).toBe('Renamed');
    expect((await daemon.json<CameraView>('/api/cameras/locked')).since).toBe(untouched);
    expect(await restartsOf('locked')).toBe(0);
    const applied = await daemon.json<ConfigView>('/api/config');
    expect(applied.reload).toMatchObject({ outcome: 'applied', added: 1, removed: 1, needRestart: [] });
    expect(Object.keys(applied.config.cameras)).toContain('gone_away');
    expect(
      list.map(({ id }) => id),
      'in the order of the configuration',
    ).toEqual(Object.keys(applied.config.cameras));
    expect(onWire().some(({ camera, endReason }) => camera === 'locked' && endReason === 'configChanged')).toBe(false);
  });

  it('closes events that a crash left open, and continues the sequence', async () => {
    await waitFor('an event is open', () => startsAndEnds(feed.events, 'long_groups').at(-1) === 'start', 30_000);
    const openEvent = feed.events.findLast((event) => event.camera === 'long_groups');
    const left = processTree(daemon.pid).slice(1);
    daemon.kill('SIGKILL');
    expect(await daemon.ended).toBe('SIGKILL');
    await waitFor('no child outlives a killed daemon', () => left.every(({ pid }) => !processTree(pid).length), 20_000);
    const lastBefore = feed.events.at(-1)?.sequence ?? 0;
    feed.close();
    daemon = await startDaemon({ yaml, stateDir: path.join(folder, 'state'), env: { CAMERA_PASSWORD: PASSWORD } });
    await daemon.ready();
    feed = await connectFeed(daemon.port, lastBefore);
    await waitFor('the end of the open event', () => feed.events.some(({ id, endReason }) => id === openEvent?.id && endReason === 'recovered'));
    expect(feed.events[0]?.sequence).toBe(lastBefore + 1);
    const sequences = feed.events.map((event) => event.sequence);
    expect(sequences).toEqual(sequences.map((_, index) => lastBefore + 1 + index));
  });

  it('ends within 5 s on SIGTERM: events ended, `offline` said, no child left, no secret in the log', async () => {
    await waitFor('an event is open', () => startsAndEnds(feed.events, 'long_groups').at(-1) === 'start', 40_000);
    const children = processTree(daemon.pid).slice(1);
    expect(children.length).toBeGreaterThanOrEqual(3);
    const { code, tookMs } = await daemon.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(5000);
    expect(children.filter(({ pid }) => processTree(pid).length > 0)).toEqual([]);
    await waitFor('MQTT says offline', () => subscriber.newest('framewatch/status') === 'offline');
    expect(onWire().at(-1)).toMatchObject({ type: 'end', endReason: 'shutdown' });
    expect(subscriber.newest('framewatch/long_groups/availability')).toBe('offline');
    for (const needle of [PASSWORD, encodeURIComponent(PASSWORD), 'not-it-at-all']) expect(daemon.log()).not.toContain(needle);
  });
});
