import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import type { CameraView } from '../../src/http/monitor-view.ts';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { type Mosquitto, startMosquitto } from '../helpers/mosquitto.ts';
import { mqttPublish } from '../helpers/mqtt-publish.ts';
import { type Subscriber, startSubscriber } from '../helpers/mqtt-subscriber.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { LABELS, writeSmallModel } from '../helpers/small-model.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

let folder: string;
let camera: RtspServer;
let broker: Mosquitto;
let subscriber: Subscriber;
let daemon: Daemon;
let yaml: string;

const newest = (leaf: string) => subscriber.newest(`framewatch/${leaf}`);
const view = (id: string) => daemon.json<CameraView>(`/api/cameras/${id}`);
const sources = () => processTree(daemon.pid).filter(({ command }) => command.includes('rtsp://')).length;
const endsOf = (id: string) =>
  subscriber.messages
    .filter(({ topic }) => topic === `framewatch/${id}/event`)
    .map(({ payload }) => JSON.parse(payload) as LabelEvent)
    .filter(({ type }) => type === 'end')
    .map(({ endReason }) => endReason);
const publish = (topic: string, payload: string, ...options: readonly string[]) => mqttPublish({ port: broker.port, topic, payload, options });
const post = (id: string, init: RequestInit) => fetch(`http://127.0.0.1:${daemon.port}/api/cameras/${id}/enabled`, { method: 'POST', ...init });
const order = (enabled: boolean): RequestInit => ({ headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ enabled }) });
const begin = async () => {
  daemon = await startDaemon({ yaml, stateDir: path.join(folder, 'state') });
  await daemon.ready();
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-switch-'));
  const softmax = { units: LABELS.length, activation: 'softmax' } as const;
  await writeSmallModel(path.join(folder, 'models'), (tf, input) => tf.layers.dense(softmax).apply(tf.layers.flatten().apply(input)) as typeof input);
  const clip = await makeTestClip({ file: path.join(folder, 'clip.mp4'), seconds: 4 });
  camera = await startRtspServer({ mounts: { clip: { kind: 'clip', clips: [clip] } } });
  broker = await startMosquitto({ persistence: true });
  subscriber = await startSubscriber({ port: broker.port });
  yaml = `
model: small
modelsDir: ${path.join(folder, 'models')}
mqtt: { url: "${broker.url}" }
cameraDefaults:
  sampleFps: 5
  maxLatencyMs: 2000
  decode: all
  rules: { always: { labels: [${LABELS.join(', ')}], enter: 0.5, minFrames: 1, cooldownMs: 0 } }
cameras:
  door: { url: "${camera.url('clip')}" }
  yard: { url: "${camera.url('clip')}" }
  attic: { url: "${camera.url('clip')}", enabled: false }
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

describe('the switch of a camera', () => {
  it('is told, retained, as the file has it', async () => {
    await waitFor('both are watched', () => newest('door/availability') === 'online' && newest('yard/availability') === 'online', 30_000);
    const late = await startSubscriber({ port: broker.port, topic: 'framewatch/+/enabled' });
    await waitFor('three switches', () => late.messages.length === 3);
    await late.close();
    expect(late.messages.every(({ retained, qos }) => retained && qos === 1)).toBe(true);
    expect(['door', 'yard', 'attic'].map((id) => late.newest(`framewatch/${id}/enabled`))).toEqual(['ON', 'ON', 'OFF']);
    expect(sources()).toBe(2);
  });

  it('ends events, source and coverage by MQTT, and leaves the others alone', async () => {
    const restarts = (await view('yard')).restarts;
    await waitFor('an event is open', async () => (await view('door')).rules['always']?.active === true, 20_000);
    await publish('framewatch/door/set/enabled', 'OFF');
    await waitFor('it is off', () => newest('door/enabled') === 'OFF' && newest('door/availability') === 'offline');
    await waitFor('its event has ended', () => endsOf('door').length > 0);
    expect(endsOf('door')).toEqual(['cameraDisabled']);
    await waitFor('its child is gone', () => sources() === 1);
    expect(JSON.parse(newest('door/coverage') ?? '{}')).toMatchObject({ state: 'blind', reason: 'disabled' });
    expect(await view('door')).toMatchObject({ enabled: false, state: 'disabled', rules: { always: { active: false } } });
    const judged = (await view('yard')).framesClassified;
    await waitFor('the other is judged on', async () => (await view('yard')).framesClassified > judged + 5);
    expect(await view('yard')).toMatchObject({ state: 'live', restarts });
    expect(endsOf('yard')).toEqual([]);
  });

  it('ignores what is retained, and what is no word of ours', async () => {
    await publish('framewatch/door/set/enabled', 'ON', '-r');
    await publish('framewatch/door/set/enabled', 'perhaps');
    await publish('framewatch/nobody/set/enabled', 'ON');
    await waitFor('both are told', () => daemon.log().includes('means nothing here') && daemon.log().includes('it is retained'));
    expect(await view('door')).toMatchObject({ enabled: false });
    expect((await daemon.get('/metrics')).text).toContain('framewatch_mqtt_dropped_total{kind="incoming",reason="retained"} 1');
    await publish('framewatch/door/set/enabled', '', '-r');
  });

  it('survives a restart and a reload that is about something else', async () => {
    expect((await daemon.stop()).code).toBe(0);
    await begin();
    await waitFor('the other is watched', async () => (await view('yard')).state === 'live', 30_000);
    expect(await view('door')).toMatchObject({ enabled: false, state: 'disabled' });
    await waitFor('it is told', () => newest('door/enabled') === 'OFF');
    yaml = readFileSync(daemon.configFile, 'utf8').replace('door: { ', 'door: { name: Front, ');
    writeFileSync(daemon.configFile, yaml);
    daemon.kill('SIGHUP');
    await waitFor('it is reloaded', async () => (await view('door')).name === 'Front');
    expect(await view('door')).toMatchObject({ enabled: false, state: 'disabled' });
    expect(sources()).toBe(1);
  });

  it('is thrown over HTTP, too, also for a camera that is off in the file; orders that are none get 400', async () => {
    expect((await post('door', {})).status).toBe(400);
    expect((await post('door', { headers: { Origin: 'https://evil.example' } })).status).toBe(403);
    const answer = await post('door', order(true));
    expect([answer.status, await answer.json()]).toEqual([200, { id: 'door', enabled: true, stored: true }]);
    expect((await post('attic', order(true))).status).toBe(200);
    await waitFor(
      'all are watched',
      () => ['door', 'attic'].every((id) => newest(`${id}/enabled`) === 'ON' && newest(`${id}/availability`) === 'online'),
      30_000,
    );
    expect((await view('door')).state).toBe('live');
    await waitFor('it is judged again', () => (JSON.parse(newest('door/coverage') ?? '{}') as { state?: string }).state !== 'blind', 30_000);
  });

  it('gives way to a file whose own word was changed', async () => {
    await post('yard', order(false));
    writeFileSync(daemon.configFile, readFileSync(daemon.configFile, 'utf8').replace('yard: { ', 'yard: { enabled: false, '));
    daemon.kill('SIGHUP');
    await waitFor('it is reloaded', () => daemon.log().includes('newer than its switch'));
    writeFileSync(daemon.configFile, readFileSync(daemon.configFile, 'utf8').replace('yard: { enabled: false, ', 'yard: { enabled: true, '));
    daemon.kill('SIGHUP');
    await waitFor('the file is obeyed', async () => (await view('yard')).enabled, 20_000);
    expect(await view('attic')).toMatchObject({ enabled: true });
  });
});
