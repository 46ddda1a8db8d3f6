import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { readHistory } from '../helpers/crash-trial.ts';
import type { Daemon } from '../helpers/daemon.ts';
import type { MosquittoOptions } from '../helpers/mosquitto.ts';
import { startBroker, subscribe } from '../helpers/mqtt-stage.ts';
import type { Subscriber, SubscriberOptions } from '../helpers/mqtt-subscriber.ts';
import { outageTrial } from '../helpers/outage-trial.ts';
import { processTree } from '../helpers/process-tree.ts';
import { type SignalStand, type SignalStandOptions, startSignalStand } from '../helpers/signal-stand.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { compareWithHistory, historyFaults } from '../helpers/wire-check.ts';

const AWAY_MS = 60_000;
const FROZEN_MS = 40_000;
const SLOW_MS = 60_000;
const MIB = 1 << 20;

interface Stats {
  readonly outbox: { readonly depth: number; readonly oldestSeconds: number };
  readonly mqtt: { readonly connected: boolean; readonly error: string | null };
}

describe('the daemon and a broker in trouble', () => {
  it('loses nothing in a minute without a broker at a hundred events a second; the live feed goes on, memory stays', async () => {
    const { faults, ...report } = await outageTrial(AWAY_MS);
    console.log(report);
    expect(faults).toEqual([]);
    expect(report.waited).toBeGreaterThan(90 * (AWAY_MS / 1000));
    expect(report.oldestS).toBeGreaterThan(AWAY_MS / 1000 - 5);
    expect(report.lights).toBeGreaterThan(300);
    const [before, away] = report.rssMiB;
    expect(away - before).toBeLessThan(50);
  }, 300_000);

  it('finds out that the broker is half open, and loses nothing', async () => {
    const { broker, subscriber, stand } = await stage({ cameras: 4, rules: 5, phaseSeconds: 1 });
    const daemon = await stand.startDaemon(`{ url: ${broker.url} }`);
    await waitFor('some events', () => subscriber.messages.length > 20, 60_000);
    broker.freeze();
    onTestFinished(() => broker.thaw());
    const frozenAt = performance.now();
    await waitFor('it is found out', async () => !(await daemon.json<Stats>('/api/stats')).mqtt.connected, FROZEN_MS);
    const foundS = (performance.now() - frozenAt) / 1000;
    expect(foundS).toBeLessThan(35);
    await sleep(Math.max(0, FROZEN_MS - foundS * 1000));
    broker.thaw();
    await waitFor('it is drained', async () => (await daemon.json<Stats>('/api/stats')).outbox.depth < 40, 90_000);
    await finish(daemon, stand, subscriber);
  }, 240_000);

  it('tries a refused login at most once a minute, says why, keeps the events, and tells them once it is let in', async () => {
    const { broker, subscriber, stand } = await stage(
      { cameras: 1, rules: 2, phaseSeconds: 1 },
      { users: { watcher: 'w' } },
      { username: 'watcher', password: 'w' },
    );
    const daemon = await stand.startDaemon(`{ url: ${broker.url}, username: framewatch, password: wrong }`);
    await waitFor(
      'it is refused',
      async () => (await daemon.json<Stats>('/api/stats').catch(() => null))?.mqtt.error?.match(/[Nn]ot authorized/) != null,
      60_000,
    );
    await waitFor('events wait', async () => (await daemon.json<Stats>('/api/stats')).outbox.depth > 20, 60_000);
    const tries = () => broker.log().match(/disconnected, not authorised/g)?.length ?? 0;
    expect(tries()).toBe(1);
    broker.allow({ framewatch: 'wrong' });
    await waitFor('it is let in', async () => (await daemon.json<Stats>('/api/stats')).mqtt.connected, 120_000);
    expect(tries()).toBe(1);
    await finish(daemon, stand, subscriber);
    expect(daemon.log()).toContain('MQTT_REFUSED');
  }, 240_000);

  it('puts what the access list forbids to the dead letters, and tells the rest', async () => {
    const acl = ['topic readwrite framewatch/cam1/#', 'topic readwrite framewatch/status', 'topic read #'];
    const { broker, subscriber, stand } = await stage({ cameras: 2, rules: 2, phaseSeconds: 1 }, { acl });
    const daemon = await stand.startDaemon(`{ url: ${broker.url} }`);
    await waitFor('some events', () => subscriber.messages.length > 20, 60_000);
    const { deadLetters } = await daemon.json<{
      deadLetters: { counts: { refused: number }; newest: { topic: string; reason: string; detail: string }[] };
    }>('/api/outbox');
    expect(deadLetters.counts.refused).toBeGreaterThan(5);
    expect(deadLetters.newest[0]).toMatchObject({ topic: 'framewatch/cam0/event', reason: 'refused', detail: expect.stringMatching(/135/) });
    await daemon.stop();
    const { history, waiting, dead } = readHistory(stand.stateDir);
    expect(waiting).toBe(0);
    const [allowed, forbidden] = ['cam1', 'cam0'].map((camera) => history.filter((payload) => (JSON.parse(payload) as LabelEvent).camera === camera));
    expect(dead).toBe(forbidden?.length);
    await waitFor('the last one arrives', () => subscriber.messages.some(({ payload }) => payload === allowed?.at(-1)));
    expect(compareWithHistory(payloadsOf(subscriber), allowed ?? []).faults).toEqual([]);
  }, 120_000);

  it('gets events through a line of a kilobyte a second, without growing, and all of them once it is faster', async () => {
    const { broker, subscriber, stand } = await stage({ cameras: 2, rules: 2, phaseSeconds: 1 });
    const proxy = await startTcpProxy(broker.port);
    onTestFinished(() => proxy.close());
    const daemon = await stand.startDaemon(`{ url: "mqtt://127.0.0.1:${proxy.port}" }`);
    await waitFor('some events', () => subscriber.messages.length > 10, 60_000);
    const [rssBefore, before] = [rssOf(daemon), subscriber.messages.length];
    proxy.set({ bytesPerSecond: 1_000 });
    await sleep(SLOW_MS);
    const through = subscriber.messages.length - before;
    console.log(
      `slow line: ${through} events of ${4 * (SLOW_MS / 1000)} in ${SLOW_MS / 1000} s; RSS ${(rssBefore / MIB).toFixed(0)} → ${(rssOf(daemon) / MIB).toFixed(0)} MiB`,
    );
    expect(through).toBeGreaterThan(5);
    expect(rssOf(daemon) - rssBefore).toBeLessThan(50 * MIB);
    proxy.set({});
    await waitFor('it is drained', async () => (await daemon.json<Stats>('/api/stats')).outbox.depth < 20, 120_000);
    await finish(daemon, stand, subscriber);
  }, 240_000);
});

async function stage(options: SignalStandOptions, brokerOptions: MosquittoOptions = {}, login: Partial<SubscriberOptions> = {}) {
  const broker = await startBroker({ persistence: true, ...brokerOptions });
  const subscriber = await subscribe({ port: broker.port, topic: 'framewatch/+/event', clientId: 'independent', ...login });
  const stand = await startSignalStand(options);
  onTestFinished(() => stand.close());
  return { broker, subscriber, stand };
}

/** Ends the daemon; what it stored and what came must be the same. */
async function finish(daemon: Daemon, stand: SignalStand, subscriber: Subscriber): Promise<void> {
  const { code } = await daemon.stop();
  expect(code).toBe(0);
  const { history, dead } = readHistory(stand.stateDir);
  await waitFor('the last message arrives', () => subscriber.messages.some(({ payload }) => payload === history.at(-1)), 30_000);
  expect(compareWithHistory(payloadsOf(subscriber), history).faults).toEqual([]);
  expect(historyFaults(history.map((payload) => JSON.parse(payload) as LabelEvent))).toEqual([]);
  expect(dead).toBe(0);
}

function payloadsOf(subscriber: Subscriber): string[] {
  return subscriber.messages.map(({ payload }) => payload);
}

function rssOf({ pid }: Daemon): number {
  return processTree(pid).find((each) => each.pid === pid)?.rssBytes ?? 0;
}
