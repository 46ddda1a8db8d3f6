import { describe, expect, it, onTestFinished } from 'vitest';
import { cameraState, startBroker, startPublisher, subscribe } from '../helpers/mqtt-stage.ts';
import { waitFor } from '../helpers/wait-for.ts';

const CAMERA_TOPICS = ['availability', 'state', 'coverage', 'snapshot', 'strip'].map((leaf) => `framewatch/front_door/${leaf}`);

describe('retained topics at a real mosquitto', () => {
  it('sends a picture again that could not be written while the broker did not read', async () => {
    const broker = await startBroker();
    const { publisher, counts } = await startPublisher(broker);
    await waitFor('connected and quiet', () => counts.acknowledged('retained') === 1);
    broker.freeze();
    onTestFinished(() => broker.thaw());
    // Together far more than the kernel buffers: what comes last is not written any more.
    const picture = Buffer.alloc(4 << 20, 'x');
    for (let camera = 1; camera <= 5; camera++) publisher.publishSnapshot(`camera_${camera}`, picture);
    publisher.publishSnapshot('last', Buffer.from('old'));
    publisher.publishSnapshot('last', Buffer.from('jpeg'));
    await waitFor('its turn has come', () => counts.published('retained') >= 7);
    broker.thaw();
    const late = await subscribe({ port: broker.port, topic: 'framewatch/last/snapshot' });
    await waitFor('it arrives', () => late.newest('framewatch/last/snapshot') === 'jpeg');
    expect(counts.published('retained')).toBeGreaterThan(8);
    expect(counts.dropped('retained', 'notSent')).toBe(0);
  });

  it('lets the broker forget a camera that was forgotten, also one of an earlier run, and says nothing of it again', async () => {
    const broker = await startBroker();
    const before = await startPublisher(broker);
    before.publisher.publishAvailability('front_door', true);
    before.publisher.publishState(cameraState(1));
    before.publisher.publishCoverage({ camera: 'front_door', state: 'blind', since: '2026-11-22T06:11:00.000Z', reason: 'offline' });
    before.publisher.publishSnapshot('front_door', Buffer.from('jpeg'));
    before.publisher.publishStrip('front_door', Buffer.from('jpeg'));
    await waitFor('the broker has it all', () => before.counts.acknowledged('retained') === 6);
    await before.publisher.close();

    const subscriber = await subscribe({ port: broker.port });
    await waitFor('it is retained', () => CAMERA_TOPICS.every((topic) => subscriber.newest(topic) !== undefined));
    const { publisher, counts } = await startPublisher(broker);
    publisher.publishAvailability('front_door', true);
    publisher.forgetCamera('front_door');
    await waitFor('it is emptied', () => CAMERA_TOPICS.every((topic) => subscriber.newest(topic) === ''));
    const late = await subscribe({ port: broker.port });
    await waitFor('what is retained arrives', () => late.newest('framewatch/status') !== undefined);
    expect(late.messages.map(({ topic }) => topic)).toEqual(['framewatch/status']);

    await waitFor('it is acknowledged', () => publisher.connected && counts.acknowledged('retained') >= 5);
    const acknowledged = counts.acknowledged('retained');
    await broker.kill();
    await waitFor('the loss is noticed', () => !publisher.connected);
    await broker.start();
    await waitFor('it greets again', () => counts.acknowledged('retained') > acknowledged);
    expect(counts.acknowledged('retained')).toBe(acknowledged + 1);
  });

  it('publishes a camera that comes back after it was forgotten', async () => {
    const broker = await startBroker();
    const { publisher } = await startPublisher(broker);
    publisher.publishAvailability('front_door', true);
    await waitFor('connected', () => publisher.connected);
    publisher.forgetCamera('front_door');
    publisher.publishAvailability('front_door', true);
    const late = await subscribe({ port: broker.port });
    await waitFor('it is back', () => late.newest('framewatch/front_door/availability') === 'online');
  });
});
