import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../helpers/daemon.ts';
import { discoveryFaults } from '../helpers/home-assistant-schema.ts';
import { renderTemplates } from '../helpers/jinja.ts';
import { type Mosquitto, startMosquitto } from '../helpers/mosquitto.ts';
import { mqttPublish } from '../helpers/mqtt-publish.ts';
import { type Subscriber, startSubscriber } from '../helpers/mqtt-subscriber.ts';
import { type RtspServer, startRtspServer } from '../helpers/rtsp-server.ts';
import { LABELS, writeSmallModel } from '../helpers/small-model.ts';
import { makeTestClip } from '../helpers/test-clip.ts';
import { waitFor } from '../helpers/wait-for.ts';

interface Payload {
  readonly device: { readonly name: string };
  readonly components: Readonly<Record<string, { readonly platform: string; readonly state_topic?: string; readonly value_template?: string }>>;
}

const BRIDGE = 'homeassistant/device/garden/config';
const device = (camera: string) => `homeassistant/device/garden_${camera}/config`;

let folder: string;
let camera: RtspServer;
let broker: Mosquitto;
let subscriber: Subscriber;
let daemon: Daemon;
let yaml: string;

const announced = (topic: string): Payload | null => JSON.parse(subscriber.newest(topic) || 'null') as Payload | null;
const components = (id: string) => announced(device(id))?.components ?? {};
const publish = (topic: string, payload: string) => mqttPublish({ port: broker.port, topic, payload });
const begin = async () => {
  daemon = await startDaemon({ yaml, stateDir: path.join(folder, 'state') });
  await daemon.ready();
};
/** All that the broker keeps, as one that comes late sees it. */
const retained = async () => {
  const late = await startSubscriber({ port: broker.port });
  await publish('end/of/test', String(Date.now()));
  await waitFor('all that is kept', () => late.newest('end/of/test') !== undefined);
  await late.close();
  return late.messages.filter((message) => message.retained).map(({ topic }) => topic);
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'framewatch-discovery-'));
  const softmax = { units: LABELS.length, activation: 'softmax' } as const;
  await writeSmallModel(path.join(folder, 'models'), (tf, input) => tf.layers.dense(softmax).apply(tf.layers.flatten().apply(input)) as typeof input);
  const clip = await makeTestClip({ file: path.join(folder, 'clip.mp4'), seconds: 4 });
  camera = await startRtspServer({ mounts: { clip: { kind: 'clip', clips: [clip] } } });
  broker = await startMosquitto({ persistence: true });
  subscriber = await startSubscriber({ port: broker.port });
  const rule = `labels: [${LABELS.join(', ')}], enter: 0.5, minFrames: 1`;
  yaml = `
instance: garden
model: small
modelsDir: ${path.join(folder, 'models')}
mqtt: { url: "${broker.url}" }
cameraDefaults: { sampleFps: 5, maxLatencyMs: 2000, decode: all }
cameras:
  door: { url: "${camera.url('clip')}", name: "{{ 1 / 0 }} <b>", rules: { always: { ${rule}, deviceClass: motion }, second: { ${rule} } } }
  yard: { url: "${camera.url('clip')}", rules: { always: { ${rule} } } }
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

describe('Home Assistant at a real broker', () => {
  it('hears of the daemon and its cameras, retained, as it wants it', async () => {
    await waitFor('all is announced', () => [BRIDGE, device('door'), device('yard')].every((topic) => announced(topic) !== null), 20_000);
    for (const topic of [BRIDGE, device('door'), device('yard')]) expect(discoveryFaults(announced(topic))).toEqual([]);
    expect(announced(device('door'))?.device.name).toBe('{{ 1 / 0 }} <b>');
    expect(components('door')['rule.always.full']).toMatchObject({ device_class: 'motion' });
    expect(Object.keys(components('door'))).toEqual(expect.arrayContaining(['rule.always.full', 'rule.second.full', 'enabled', 'snapshot']));
    const kept = await retained();
    expect(kept).toEqual(expect.arrayContaining([BRIDGE, device('door'), device('yard'), 'framewatch/door/enabled']));
    expect(kept.some((topic) => topic.endsWith('/event') || topic.endsWith('/health'))).toBe(false);
  });

  it('can read what is published by the templates that were announced', async () => {
    const topics = ['framewatch/door/state', 'framewatch/door/event', 'framewatch/door/health', 'framewatch/stats'];
    await waitFor('everything was published once', () => topics.every((topic) => subscriber.newest(topic) !== undefined), 45_000);
    const all = { ...announced(BRIDGE)?.components, ...components('door') };
    const readable = Object.entries(all).filter(([, { value_template: template }]) => template !== undefined);
    const texts = renderTemplates(
      readable.map(([, { value_template: template = '', state_topic: topic = '' }]) => ({ template, payload: subscriber.newest(topic) ?? '' })),
    );
    const states = Object.fromEntries(readable.map(([id], index) => [id, texts[index]]));
    expect(states).toMatchObject({ 'rule.always.full': 'ON', outbox: '0', 'label.full': expect.stringMatching(new RegExp(LABELS.join('|'))) });
    expect(Number(states['score.full'])).toBeGreaterThan(0);
    expect(Number(states['latency'])).toBeGreaterThan(0);
    expect(Number(states['rate'])).toBeGreaterThan(0);
    expect(states['engine']).toMatch(/^\w+ (cpu|gpu) \w+$/);
    expect(JSON.parse(states['event'] ?? '')).toMatchObject({ event_type: expect.stringMatching(/start|update|end/), rule: expect.any(String) });
  });

  it('gets everything again on its birth, spread over five seconds, once for many births', async () => {
    const before = subscriber.messages.length;
    const begunMs = performance.now();
    for (let birth = 0; birth < 3; birth++) await publish('homeassistant/status', 'online');
    const since = (topic: string) => subscriber.messages.slice(before).filter((message) => message.topic === topic).length;
    const topics = [
      BRIDGE,
      device('door'),
      device('yard'),
      'framewatch/status',
      ...['door', 'yard'].flatMap((id) => [`framewatch/${id}/enabled`, `framewatch/${id}/availability`]),
    ];
    await waitFor('all is said again', () => topics.every((topic) => since(topic) > 0), 15_000);
    expect(performance.now() - begunMs).toBeLessThan(7_000);
    // The second round is for the births that came while the first was on its way.
    await waitFor('and once more', () => topics.every((topic) => since(topic) === 2), 15_000);
  });

  it('forgets a rule and a camera that leave by a reload', async () => {
    const text = readFileSync(daemon.configFile, 'utf8');
    writeFileSync(daemon.configFile, text.replace(/, second: \{[^}]*\}/, '').replace(/^ {2}yard: .*$/m, ''));
    daemon.kill('SIGHUP');
    await waitFor(
      'the camera is gone',
      () => subscriber.newest(device('yard')) === '' && subscriber.newest('framewatch/yard/enabled') === '',
      20_000,
    );
    await waitFor('the rule is gone', () => JSON.stringify(components('door')['rule.second.full']) === '{"platform":"binary_sensor"}');
    expect(discoveryFaults(announced(device('door')))).toEqual([]);
    await waitFor('nothing is kept of it', async () => !(await retained()).some((topic) => topic.includes('yard')));
    yaml = readFileSync(daemon.configFile, 'utf8')
      .replace(/^stateDir.*\n/m, '')
      .replace(/^http.*\n/m, '');
  });

  it('forgets what left while the daemon was down, killed or not, and the placeholder of the rule that left before', async () => {
    await daemon.stop();
    await begin();
    await waitFor('the placeholder is left out', () => !('rule.second.full' in components('door')), 20_000);
    expect(components('door')).toHaveProperty('rule.always.full');
    daemon.kill('SIGKILL');
    await daemon.ended;
    yaml = yaml.replace(/^ {2}door: /m, '  porch: ');
    await begin();
    await waitFor('the new one is announced', () => announced(device('porch')) !== null, 20_000);
    await waitFor('the old one is gone', () => subscriber.newest(device('door')) === '');
    await waitFor('with all its topics', async () => !(await retained()).some((topic) => topic.includes('door')));
    expect(components('porch')).toHaveProperty('rule.always.full');
    await daemon.stop();
    yaml = yaml.replace('mqtt: { ', 'mqtt: { discovery: { enabled: false }, ');
    await begin();
    await waitFor('nothing is announced any more', async () => !(await retained()).some((topic) => topic.startsWith('homeassistant/')), 20_000);
    expect(await retained()).toContain('framewatch/porch/enabled');
  });
});
