import { describe, expect, it } from 'vitest';
import { birthRoute } from '../../src/sinks/home-assistant/birth-echo.ts';
import { bridgeDiscoveryTopic, cameraDiscoveryTopic } from '../../src/sinks/home-assistant/device-discovery.ts';
import { switchRoute } from '../../src/sinks/switch-route.ts';
import { Topics } from '../../src/sinks/topics.ts';
import { Secret } from '../../src/util/secret.ts';
import { FACTS } from '../helpers/discovery.ts';
import { documentBlocks } from '../helpers/document.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { mqttConfig } from '../helpers/mqtt-config.ts';
import { mqttPublish } from '../helpers/mqtt-publish.ts';
import { cameraState, startBroker, startPublisher, subscribe } from '../helpers/mqtt-stage.ts';
import { waitFor } from '../helpers/wait-for.ts';

const ACL = (documentBlocks('docs/mqtt.md', 'acl')[0] ?? '').split('\n');
const PASSWORDS = { framewatch: 'one', homeassistant: 'two', viewer: 'three' };

describe('the access list of docs/mqtt.md, at a real mosquitto', () => {
  it('lets the daemon do all that it does, Home Assistant switch cameras, and a viewer only look', async () => {
    expect(ACL.filter((line) => line.startsWith('user ')).map((line) => line.slice(5))).toEqual(Object.keys(PASSWORDS));
    const broker = await startBroker({ users: PASSWORDS, acl: ACL });
    const publishAs = (username: keyof typeof PASSWORDS, topic: string, payload: string) =>
      mqttPublish({ port: broker.port, topic, payload, login: { username, password: PASSWORDS[username] } });
    const switched: string[] = [];
    let births = 0;
    const routes = [
      switchRoute(new Topics('framewatch'), (id, enabled) => switched.push(`${id} ${enabled}`) > 0),
      birthRoute('homeassistant', () => {
        births += 1;
      }),
    ];
    const config = mqttConfig({ url: broker.url, username: 'framewatch', password: new Secret(PASSWORDS.framewatch), classifications: true });
    const { publisher, counts, warnings } = await startPublisher(broker, { config, routes });
    const home = await subscribe({ port: broker.port, username: 'homeassistant', password: PASSWORDS.homeassistant });
    const viewer = await subscribe({ port: broker.port, username: 'viewer', password: PASSWORDS.viewer });

    await waitFor('connected', () => publisher.connected);
    publisher.publishAvailability('front_door', true);
    publisher.publishEnabled('front_door', true);
    publisher.publishState(cameraState(1));
    publisher.publishCoverage({ camera: 'front_door', state: 'watching', since: '2026-11-22T06:11:00.000Z', reason: null });
    publisher.publishSnapshot('front_door', Buffer.from('jpeg'));
    publisher.publishEvent(sequencedEvent(1));
    publisher.publishHealth('front_door', {});
    publisher.publishStats({});
    publisher.publishClassification('front_door', {});
    const discovery = [bridgeDiscoveryTopic(FACTS), cameraDiscoveryTopic(FACTS, 'front_door')];
    for (const topic of discovery) publisher.announce(topic, '{}', () => undefined);
    const leaves = ['availability', 'enabled', 'state', 'coverage', 'snapshot', 'event', 'health', 'classification'].map(
      (leaf) => `front_door/${leaf}`,
    );
    const ours = ['status', 'stats', ...leaves].map((leaf) => `framewatch/${leaf}`);
    await waitFor('Home Assistant hears it all', () => [...ours, ...discovery].every((topic) => home.newest(topic) !== undefined));
    await waitFor('the viewer hears what is ours', () => ours.every((topic) => viewer.newest(topic) !== undefined));
    expect(viewer.messages.some(({ topic }) => topic.startsWith('homeassistant/'))).toBe(false);

    await publishAs('viewer', 'framewatch/front_door/set/enabled', 'OFF');
    await publishAs('viewer', 'homeassistant/status', 'online');
    await publishAs('homeassistant', 'framewatch/front_door/state', 'forged');
    await publishAs('homeassistant', 'framewatch/front_door/set/enabled', 'ON');
    await publishAs('homeassistant', 'homeassistant/status', 'online');
    await waitFor('Home Assistant is heard', () => switched.length > 0 && births > 0);
    expect([switched, births]).toEqual([['front_door true'], 1]);
    expect(home.newest('framewatch/front_door/state')).not.toBe('forged');
    expect([counts.dropped('event', 'refused'), counts.dropped('retained', 'refused'), warnings()]).toEqual([0, 0, []]);
  });
});
