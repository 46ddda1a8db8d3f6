import { describe, expect, it } from 'vitest';
import { EmbeddedBroker } from '../../src/sinks/embedded-broker.ts';
import type { IncomingRoute } from '../../src/sinks/incoming-messages.ts';
import { mqttConfig } from '../helpers/mqtt-config.ts';
import { mqttFlood, mqttPublish } from '../helpers/mqtt-publish.ts';
import { startBroker, startPublisher } from '../helpers/mqtt-stage.ts';
import { waitFor } from '../helpers/wait-for.ts';

const SWITCH = 'framewatch/yard/set/enabled';
const STATE = 'framewatch/yard/state';

const publish = (port: number, topic: string, payload: string, ...options: readonly string[]) => mqttPublish({ port, topic, payload, options });

function collecting(filter: string, acceptsRetained: boolean) {
  const received: string[] = [];
  const users: unknown[] = [];
  const route: IncomingRoute = {
    filter,
    acceptsRetained,
    receive: ({ payload, user }) => {
      received.push(Buffer.from(payload).toString());
      users.push(user);
      return 'taken';
    },
  };
  return { route, received, users };
}

describe('what comes in over a real mosquitto', () => {
  it('arrives, with its user properties, and again after the broker was restarted without its memory', async () => {
    const broker = await startBroker();
    const commands = collecting('framewatch/+/set/enabled', false);
    const { publisher, counts } = await startPublisher(broker, { routes: [commands.route] });
    const subscriptions = () => broker.log().match(/Sending SUBACK/g)?.length ?? 0;
    await waitFor('it listens', () => subscriptions() > 0);
    await publish(broker.port, SWITCH, 'OFF', '-V', 'mqttv5', '-D', 'publish', 'user-property', 'by', 'me');
    await waitFor('it arrives', () => commands.received.length === 1);
    expect(commands.users).toEqual([{ by: 'me' }]);
    const before = subscriptions();
    await broker.kill();
    await waitFor('the loss is noticed', () => !publisher.connected);
    await broker.start();
    await waitFor('it listens again', () => subscriptions() > before);
    await publish(broker.port, SWITCH, 'ON');
    await waitFor('it arrives', () => commands.received.length === 2);
    expect(commands.received).toEqual(['OFF', 'ON']);
    expect(counts.ignored('retained')).toBe(0);
  });

  it('is not acted upon when it is a retained command: neither from before, nor sent while we listen; a state from before is read', async () => {
    const broker = await startBroker();
    await publish(broker.port, SWITCH, 'OFF', '-r');
    await publish(broker.port, STATE, '{"sequence":7}', '-r');
    const commands = collecting('framewatch/+/set/enabled', false);
    const states = collecting('framewatch/+/state', true);
    const { counts } = await startPublisher(broker, { routes: [commands.route, states.route] });
    await waitFor('the state is read', () => states.received.length === 1);
    await publish(broker.port, SWITCH, 'OFF', '-r');
    await waitFor('it is ignored', () => counts.ignored('retained') === 1);
    await publish(broker.port, SWITCH, 'ON');
    await waitFor('a plain one arrives', () => commands.received.length > 0);
    expect([commands.received, states.received]).toEqual([['ON'], ['{"sequence":7}']]);
  });

  it('over 3.1.1 is ignored when it is kept from before, and acts once when it is sent to be kept: the broker does not tell', async () => {
    const broker = await startBroker();
    await publish(broker.port, SWITCH, 'OFF', '-r');
    const commands = collecting('framewatch/+/set/enabled', false);
    const { counts } = await startPublisher(broker, { config: mqttConfig({ url: broker.url, protocolVersion: 4 }), routes: [commands.route] });
    await waitFor('the kept one is ignored', () => counts.ignored('retained') === 1);
    await publish(broker.port, SWITCH, 'ON', '-r');
    await waitFor('it arrives', () => commands.received.length > 0);
    expect([commands.received, counts.ignored('retained')]).toEqual([['ON'], 1]);
  });

  it('costs little when it is a flood: ten a second pass, the rest is counted', async () => {
    const broker = await startBroker();
    const commands = collecting('framewatch/+/set/enabled', false);
    const { publisher, counts } = await startPublisher(broker, { routes: [commands.route] });
    await waitFor('it listens', () => broker.log().includes(commands.route.filter));
    const flood = Array.from({ length: 20_000 }, (_, index) => (index % 2 === 0 ? 'ON' : 'OFF'));
    const begun = performance.now();
    mqttFlood(broker.port, SWITCH, flood);
    await waitFor('all are dealt with', () => counts.ignored('tooMany') + commands.received.length === 20_000, 20_000);
    const seconds = Math.ceil((performance.now() - begun) / 1000);
    expect(commands.received.length).toBeLessThanOrEqual(10 * (seconds + 1));
    expect(publisher.connected).toBe(true);
  });

  it('arrives over the embedded broker, too', async () => {
    const broker = await EmbeddedBroker.open({ port: 0 });
    const commands = collecting('framewatch/+/set/enabled', false);
    const { publisher, counts } = await startPublisher(broker, {
      config: mqttConfig({ url: 'embedded' }),
      embeddedUrl: broker.url,
      routes: [commands.route],
    });
    const port = Number(new URL(broker.url).port);
    await waitFor('connected', () => counts.acknowledged('retained') === 1);
    await waitFor('a command arrives', async () => {
      await publish(port, SWITCH, 'OFF', '-V', 'mqttv311');
      return commands.received.length > 0;
    });
    await publisher.close();
    await broker.close();
    expect(commands.received[0]).toBe('OFF');
  });
});
