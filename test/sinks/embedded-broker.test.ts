import { describe, expect, it, onTestFinished } from 'vitest';
import { EmbeddedBroker } from '../../src/sinks/embedded-broker.ts';
import { silentMqttObserver } from '../../src/sinks/mqtt-observer.ts';
import { MqttPublisher } from '../../src/sinks/mqtt-publisher.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { sequencedEvent } from '../helpers/label-events.ts';
import { mqttConfig } from '../helpers/mqtt-config.ts';
import { startSubscriber } from '../helpers/mqtt-subscriber.ts';
import { waitFor } from '../helpers/wait-for.ts';

describe('EmbeddedBroker', () => {
  it('carries events to a client that is not ours, and keeps what is retained', async () => {
    const broker = await open(0);
    const port = Number(new URL(broker.url).port);
    const options = { config: mqttConfig({ url: 'embedded' }), embeddedUrl: broker.url, instance: 'test', hostName: 'here' };
    const publisher = new MqttPublisher({ ...options, clock: systemClock, logger: silentLogger, observer: silentMqttObserver });
    await publisher.start();
    onTestFinished(() => publisher.close());
    const subscriber = await startSubscriber({ port, protocol: 'mqttv311' });
    onTestFinished(() => subscriber.close());
    publisher.publishEvent(sequencedEvent(1));
    await waitFor('the event arrives', () => subscriber.newest('framewatch/front_door/event') !== undefined);
    await waitFor('it is acknowledged', () => publisher.backlog === 0);
    const late = await startSubscriber({ port, protocol: 'mqttv311' });
    onTestFinished(() => late.close());
    await waitFor('the status arrives', () => late.newest('framewatch/status') === 'online');
    await publisher.close();
    await waitFor('the farewell arrives', () => subscriber.newest('framewatch/status') === 'offline');
  });

  it('says that its port is in use', async () => {
    const first = await open(0);
    await expect(open(Number(new URL(first.url).port))).rejects.toMatchObject({ code: 'BROKER_PORT_IN_USE' });
  });

  it('closes twice, with clients connected', async () => {
    const broker = await open(0);
    const subscriber = await startSubscriber({ port: Number(new URL(broker.url).port), protocol: 'mqttv311' });
    onTestFinished(() => subscriber.close());
    await broker.close();
    await broker.close();
  });
});

async function open(port: number): Promise<EmbeddedBroker> {
  const broker = await EmbeddedBroker.open({ port });
  onTestFinished(() => broker.close());
  return broker;
}
