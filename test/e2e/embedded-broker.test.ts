import { describe, expect, it, onTestFinished } from 'vitest';
import { EmbeddedBroker } from '../../src/sinks/embedded-broker.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { mqttConfig } from '../helpers/mqtt-config.ts';
import { startPublisher, subscribe } from '../helpers/mqtt-stage.ts';
import { waitFor } from '../helpers/wait-for.ts';

describe('EmbeddedBroker and clients that are not ours', () => {
  it('carries events, keeps what is retained, and the log says once which version of MQTT it speaks', async () => {
    const { url, port } = await open();
    const { publisher, store, tell, logger } = await startPublisher({ url }, { config: mqttConfig({ url: 'embedded' }), embeddedUrl: url });
    const subscriber = await subscribe({ port, protocol: 'mqttv311' });
    await tell(labelEvent());
    await waitFor('the event arrives', () => subscriber.newest('framewatch/front_door/event') !== undefined);
    await waitFor('it is acknowledged', () => store.outbox.depth === 0);
    const late = await subscribe({ port, protocol: 'mqttv311' });
    await waitFor('the status arrives', () => late.newest('framewatch/status') === 'online');
    await publisher.close();
    await waitFor('the farewell arrives', () => subscriber.newest('framewatch/status') === 'offline');
    expect(logger.lines.filter(({ level, message }) => level === 'info' && message.includes('MQTT 3.1.1'))).toHaveLength(1);
  });

  it('closes with clients connected', async () => {
    const { broker, port } = await open();
    await subscribe({ port, protocol: 'mqttv311' });
    await broker.close();
    await broker.close();
  });
});

async function open() {
  const broker = await EmbeddedBroker.open({ port: 0 });
  onTestFinished(() => broker.close());
  return { broker, url: broker.url, port: Number(new URL(broker.url).port) };
}
