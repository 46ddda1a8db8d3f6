import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { UnsequencedEvent } from '../../src/events/label-event.ts';
import type { CameraStateMessage } from '../../src/sinks/publisher.ts';
import { Secret } from '../../src/util/secret.ts';
import { labelEvent } from '../helpers/label-events.ts';
import type { Mosquitto } from '../helpers/mosquitto.ts';
import { mqttConfig } from '../helpers/mqtt-config.ts';
import { cameraState, startBroker, startPublisher, subscribe } from '../helpers/mqtt-stage.ts';
import type { Subscriber } from '../helpers/mqtt-subscriber.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { waitFor } from '../helpers/wait-for.ts';

const EVENTS = 'framewatch/front_door/event';

describe('MqttPublisher and a real mosquitto', () => {
  it('sends an event with QoS 1, not retained, with what MQTT 5 lets it say about itself', async () => {
    const broker = await startBroker();
    const subscriber = await subscribe({ port: broker.port });
    const { store, tell, counts } = await startPublisher(broker);
    await tell(labelEvent({ at: new Date().toISOString() }));
    const [event] = await store.course(labelEvent().id);
    await waitFor('the event arrives', () => subscriber.newest(EVENTS) !== undefined);
    const message = subscriber.messages.find(({ topic }) => topic === EVENTS);
    expect(message).toMatchObject({ qos: 1, retained: false });
    expect(JSON.parse(message?.payload ?? '')).toEqual(event);
    for (const property of ['schema:1', 'sequence:1', 'model:inception-v3-content-safety']) expect(message?.properties).toContain(property);
    expect(message?.properties).not.toContain('replayed');
    await waitFor('the broker has it', () => store.outbox.depth === 0);
    expect(counts.acknowledged('event')).toBe(1);
  });

  it('lets the broker say `offline` when the process is killed', async () => {
    const broker = await startBroker();
    const subscriber = await subscribe({ port: broker.port, topic: 'framewatch/status' });
    const script = fileURLToPath(new URL('../helpers/mqtt-publisher-process.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, broker.url], { stdio: 'inherit' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await waitFor('it is online', () => subscriber.newest('framewatch/status') === 'online');
    child.kill('SIGKILL');
    await waitFor('the last will', () => subscriber.newest('framewatch/status') === 'offline');
    const late = await subscribe({ port: broker.port, topic: 'framewatch/status' });
    await waitFor('it is retained', () => late.messages.some(({ retained, payload }) => retained && payload === 'offline'));
  });

  it('publishes everything retained again when the broker forgot it', async () => {
    const broker = await startBroker();
    const { publisher } = await startPublisher(broker);
    publisher.publishAvailability('front_door', true);
    publisher.publishSnapshot('front_door', Buffer.from('jpeg'));
    publisher.publishState(cameraState(1));
    await waitFor('connected', () => publisher.connected);
    await broker.kill();
    await waitFor('the loss is noticed', () => !publisher.connected);
    expect(publisher.lastError).not.toBeNull();
    publisher.publishState(cameraState(2));
    await broker.start();
    await waitFor('it is back', () => publisher.connected);
    expect(publisher.lastError).toBeNull();
    const late = await subscribe({ port: broker.port });
    const newest = () => ['status', 'front_door/availability', 'front_door/snapshot'].map((leaf) => late.newest(`framewatch/${leaf}`));
    await waitFor('all of it is there', () => newest().every((payload) => payload !== undefined) && stateOf(late)?.sequence === 2);
    expect(newest()).toEqual(['online', 'online', 'jpeg']);
  });

  it('keeps events in order and loses none while the broker is killed and started again', async () => {
    const broker = await startBroker({ persistence: true });
    const subscriber = await subscribe({ port: broker.port, topic: EVENTS, clientId: 'independent' });
    const { publisher, store, tell } = await startPublisher(broker);
    await waitFor('connected', () => publisher.connected);
    await tell(...eventsOf(300));
    await waitFor('some have arrived', () => subscriber.messages.length > 20);
    await broker.stop();
    await tell(...eventsOf(300));
    expect(store.outbox.depth).toBeGreaterThanOrEqual(300);
    await broker.start();
    await waitFor('all have arrived', () => new Set(sequencesOf(subscriber)).size === 600, 30_000);
    const firstTimes = [...new Set(sequencesOf(subscriber))];
    expect(firstTimes).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
    await waitFor('nothing waits', () => store.outbox.depth === 0);
  });

  it('counts a message that the access list forbids, and goes on', async () => {
    const broker = await startBroker({ acl: ['topic write framewatch/status', `topic write ${EVENTS}`, 'topic read #'] });
    const subscriber = await subscribe({ port: broker.port });
    const { publisher, store, tell, counts, warnings } = await startPublisher(broker);
    await tell(labelEvent({ camera: 'forbidden' }), labelEvent({ camera: 'forbidden', type: 'end' }), labelEvent());
    await waitFor('the allowed one arrives', () => subscriber.newest(EVENTS) !== undefined);
    await waitFor('nothing waits', () => store.outbox.depth === 0);
    expect(counts.dropped('event', 'refused')).toBe(2);
    const { counts: dead, newest } = await store.outbox.deadLetters(10);
    expect(dead).toEqual({ refused: 2 });
    expect(newest[0]).toMatchObject({ sequence: 2, type: 'end', camera: 'forbidden', topic: 'framewatch/forbidden/event', reason: 'refused' });
    expect(newest[0]?.detail).toMatch(/135/);
    expect(warnings().filter((line) => line.includes('framewatch/forbidden/event'))).toHaveLength(1);
    expect(publisher.connected).toBe(true);
  });

  it('tries a login that was refused at most once a minute, and never shows the password', async () => {
    const broker = await startBroker({ users: { somebody: 'else' } });
    const clock = new VirtualClock();
    const password = new Secret('tr0ub4dor&3');
    const { publisher, warnings } = await startPublisher(broker, {
      clock,
      config: mqttConfig({ url: broker.url, username: 'framewatch', password }),
    });
    await waitFor('it is refused', () => publisher.lastError !== null);
    expect(publisher.lastError).toMatch(/[Nn]ot authorized|[Bb]ad user name/);
    await waitFor('the broker says so, too', () => refusals(broker) === 1);
    expect(clock.nextTimerAt).toBeGreaterThanOrEqual(60_000);
    await clock.advance(59_999);
    expect(refusals(broker)).toBe(1);
    await clock.advance(30_001);
    await waitFor('it tried again', () => refusals(broker) === 2);
    expect(`${warnings().join()}${String(publisher.lastError)}`).not.toContain('tr0ub4dor');
  });

  it('logs in with the right password', async () => {
    const broker = await startBroker({ users: { framewatch: 's3cret' } });
    const { publisher } = await startPublisher(broker, {
      config: mqttConfig({ url: broker.url, username: 'framewatch', password: new Secret('s3cret') }),
    });
    await waitFor('it is in', () => publisher.connected);
  });

  it('trusts the certificate that it was told to trust, and no other', async () => {
    const broker = await startBroker({ tls: true });
    const distrusting = await startPublisher(broker);
    await waitFor('it is refused', () => distrusting.publisher.lastError !== null);
    expect(distrusting.publisher.lastError).toMatch(/self-signed certificate/);
    const { publisher } = await startPublisher(broker, { config: mqttConfig({ url: broker.url, ca: broker.ca }) });
    await waitFor('it is in', () => publisher.connected);
  });

  it('says which TLS file it cannot read', async () => {
    const broker = await startBroker();
    const attempt = startPublisher(broker, { config: mqttConfig({ url: broker.url, ca: '/nowhere/ca.pem' }) });
    await expect(attempt).rejects.toMatchObject({ code: 'SECRET_UNREADABLE', message: expect.stringContaining('mqtt.ca: /nowhere/ca.pem') });
  });

  it('does not fight with another client for its client id', async () => {
    const broker = await startBroker();
    const clock = new VirtualClock();
    const config = mqttConfig({ url: broker.url, clientId: 'the-same' });
    const { publisher } = await startPublisher(broker, { clock, config });
    for (let round = 1; round <= 3; round++) {
      await waitFor('it is in', () => publisher.connected);
      const other = await startPublisher(broker, { config });
      await waitFor('it is thrown out', () => !publisher.connected);
      await waitFor('the other is in', () => other.publisher.connected);
      await other.publisher.close();
      if (round < 3) await clock.advance(10_000);
    }
    expect(publisher.lastError).toContain('does another client use the client id the-same?');
    expect(clock.nextTimerAt - clock.monotonicMs()).toBeGreaterThanOrEqual(60_000);
  });

  it('says `offline` for itself and its cameras at the end, after the last events and states', async () => {
    const broker = await startBroker();
    const { publisher, tell } = await startPublisher(broker);
    publisher.publishAvailability('front_door', true);
    publisher.publishState(cameraState(1));
    await waitFor('connected', () => publisher.connected);
    publisher.publishState(cameraState(2));
    await tell(...eventsOf(200));
    const watcher = await subscribe({ port: broker.port });
    await tell(labelEvent({ type: 'end', endReason: 'shutdown' }));
    await publisher.close();
    const late = await subscribe({ port: broker.port });
    await waitFor('the retained rest', () => late.newest('framewatch/status') !== undefined);
    expect(late.newest('framewatch/status')).toBe('offline');
    expect(late.newest('framewatch/front_door/availability')).toBe('offline');
    expect(stateOf(late)?.sequence).toBe(2);
    await waitFor('the last event', () => sequencesOf(watcher).at(-1) === 201);
  });

  it('closes in time although the broker is frozen, with no more in flight than the window', async () => {
    const broker = await startBroker();
    const { publisher, store, tell, counts } = await startPublisher(broker);
    await waitFor('connected and quiet', () => counts.acknowledged('retained') === 1);
    broker.freeze();
    onTestFinished(() => broker.thaw());
    await tell(...eventsOf(1_000));
    expect(store.outbox.depth).toBe(1_000);
    expect(counts.published('event')).toBeLessThanOrEqual(64);
    const begun = performance.now();
    await publisher.close();
    expect(performance.now() - begun).toBeLessThan(1_800);
  });

  it('finds out that the broker is frozen, although it goes on writing', async () => {
    const broker = await startBroker();
    const { publisher } = await startPublisher(broker, { keepaliveSeconds: 1 });
    await waitFor('connected', () => publisher.connected);
    broker.freeze();
    onTestFinished(() => broker.thaw());
    const writing = setInterval(() => publisher.publishStats({}), 100);
    onTestFinished(() => clearInterval(writing));
    await waitFor('it is found out', () => !publisher.connected, 4_000);
    broker.thaw();
    await waitFor('it is back', () => publisher.connected);
  });

  it('keeps more than fits into memory while the broker is away, over a restart, and then sends all in their order', async () => {
    const broker = await startBroker();
    await broker.kill();
    const stateDir = temporaryDirectory();
    const before = await startPublisher(broker, { stateDir });
    await before.tell(...eventsOf(2_000));
    await before.publisher.close();
    await before.store.close();
    const { store, tell } = await startPublisher(broker, { stateDir });
    expect(store.outbox.depth).toBe(2_000);
    await tell(...eventsOf(1_000));
    await broker.start();
    const subscriber = await subscribe({ port: broker.port, topic: EVENTS });
    await waitFor('all have arrived', () => sequencesOf(subscriber).length >= 3_000, 30_000);
    expect(sequencesOf(subscriber)).toEqual(Array.from({ length: 3_000 }, (_, index) => index + 1));
    await waitFor('nothing waits', () => store.outbox.depth === 0);
    await tell(...eventsOf(3));
    await waitFor('what comes now goes at once', () => sequencesOf(subscriber).length === 3_003);
  });

  it('says of late events that they are late, and by choice never tells them, but for the end of what was told', async () => {
    const broker = await startBroker();
    const ago = (seconds: number) => ({ at: new Date(Date.now() - seconds * 1_000).toISOString() });
    const subscriber = await subscribe({ port: broker.port, topic: EVENTS });
    const config = mqttConfig({ url: broker.url, expireEventsAfterSeconds: 120 });
    const { store, tell, counts } = await startPublisher(broker, { config });
    const [told, untold] = ['01JD8Q4Z3M5R7T9V1X2Y4Z6A8A', '01JD8Q4Z3M5R7T9V1X2Y4Z6A8C'];
    await tell(labelEvent({ id: told, ...ago(1) }), labelEvent({ id: untold, ...ago(121) }), labelEvent({ id: untold, type: 'update', ...ago(2) }));
    await tell(
      labelEvent({ id: told, type: 'update', ...ago(90) }),
      labelEvent({ id: untold, type: 'end', ...ago(1) }),
      labelEvent({ id: told, type: 'end', ...ago(3_600) }),
    );
    await waitFor('nothing waits', () => store.outbox.depth === 0);
    await waitFor('the last one arrives', () => sequencesOf(subscriber).includes(6));
    expect(sequencesOf(subscriber)).toEqual([1, 4, 6]);
    expect(subscriber.messages.map(({ properties }) => properties.includes('replayed:true'))).toEqual([false, true, true]);
    expect(counts.dropped('event', 'expired')).toBe(3);
    const { counts: dead, newest } = await store.outbox.deadLetters(10);
    expect(dead).toEqual({ expired: 3 });
    expect(newest.map(({ sequence }) => sequence)).toEqual([5, 3, 2]);
  });

  it('sends events again to whoever asks, beside what is live', async () => {
    const broker = await startBroker();
    const subscriber = await subscribe({ port: broker.port, topic: 'framewatch/#' });
    const { store, tell } = await startPublisher(broker);
    await tell(...eventsOf(150));
    await waitFor('nothing waits', () => store.outbox.depth === 0);
    const request = { after: 20, to: 'framewatch/replay/mine' };
    execFileSync('mosquitto_pub', ['-p', String(broker.port), '-q', '1', '-t', 'framewatch/replay/set', '-m', JSON.stringify(request)]);
    await waitFor('it is done', () => subscriber.newest('framewatch/replay/mine/done') !== undefined, 20_000);
    expect(JSON.parse(subscriber.newest('framewatch/replay/mine/done') ?? '')).toEqual({ after: 20, sequence: 150, messages: 130, more: false });
    const again = subscriber.messages.filter(({ topic }) => topic === 'framewatch/replay/mine');
    expect(again.map(({ payload }) => payload)).toEqual(
      subscriber.messages
        .filter(({ topic }) => topic === EVENTS)
        .map(({ payload }) => payload)
        .slice(20),
    );
    expect(again.every(({ properties, retained }) => properties.includes('replayed:true') && !retained)).toBe(true);
  });
});

/** The first one starts, and none ends. */
function eventsOf(count: number): UnsequencedEvent[] {
  return Array.from({ length: count }, (_, index) => labelEvent({ type: index === 0 ? 'start' : 'update' }));
}

function refusals(broker: Mosquitto): number {
  return broker.log().match(/disconnected, not authorised/g)?.length ?? 0;
}

function sequencesOf(subscriber: Subscriber): number[] {
  return subscriber.messages.filter(({ topic }) => topic === EVENTS).map(({ payload }) => (JSON.parse(payload) as { sequence: number }).sequence);
}

function stateOf(subscriber: Subscriber): CameraStateMessage | null {
  const payload = subscriber.newest('framewatch/front_door/state');
  return payload === undefined ? null : (JSON.parse(payload) as CameraStateMessage);
}
