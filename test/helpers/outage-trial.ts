import { setTimeout as sleep } from 'node:timers/promises';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { quantile } from '../../src/util/percentile.ts';
import { readHistory } from './crash-trial.ts';
import type { Daemon } from './daemon.ts';
import { connectFeed } from './feed-client.ts';
import { startMosquitto } from './mosquitto.ts';
import { startSubscriber } from './mqtt-subscriber.ts';
import { processTree } from './process-tree.ts';
import { startSignalStand } from './signal-stand.ts';
import { waitFor } from './wait-for.ts';
import { compareWithHistory, historyFaults, scriptFaults } from './wire-check.ts';

export interface OutageReport {
  readonly awayS: number;
  /** Messages in the outbox when the broker came back. */
  readonly waited: number;
  /** From the broker's return, reconnecting included, until the outbox held no more than what is on its way. */
  readonly drainS: number;
  /** Messages a second, while new ones came. */
  readonly drainRate: number;
  readonly received: number;
  readonly repeats: number;
  /** Lights that the cameras' script says must be events. */
  readonly lights: number;
  /** Of the daemon, before and at the end of the absence, MiB. */
  readonly rssMiB: readonly [before: number, away: number];
  /** From the deciding frame to a WebSocket client, before and during the absence: 99th percentile, ms. */
  readonly feedMs: readonly [before: number, away: number];
  readonly oldestS: number;
  readonly faults: readonly string[];
}

interface Stats {
  readonly outbox: { readonly depth: number; readonly oldestSeconds: number };
  readonly mqtt: { readonly connected: boolean };
}

const QUIET_MS = 20_000;
const [CAMERAS, RULES] = [10, 10];

/** The broker is stopped and comes back after `awayMs`, at a hundred events a second; an independent subscriber has a session that outlives it. */
export async function outageTrial(awayMs: number): Promise<OutageReport> {
  const broker = await startMosquitto({ persistence: true, queued: 1_000_000 });
  const subscriber = await startSubscriber({ port: broker.port, topic: 'framewatch/+/event', clientId: 'independent' });
  const stand = await startSignalStand({ cameras: CAMERAS, rules: RULES, phaseSeconds: 1 });
  let daemon: Daemon | null = null;
  try {
    const running = await stand.startDaemon(`{ url: ${broker.url} }`);
    daemon = running;
    await running.ready();
    const stats = () => running.json<Stats>('/api/stats');
    const feed = await connectFeed(running.port);
    const spoken = () => new Set(subscriber.messages.map(({ payload }) => (JSON.parse(payload) as LabelEvent).camera)).size;
    await waitFor('every camera has spoken', () => spoken() === CAMERAS, 60_000);
    const liveMs = Date.now();
    const quietFrom = feed.events.length;
    await sleep(QUIET_MS);
    // Not before: what a start grows by is no matter of the broker.
    const rssBefore = rssMiB(running);
    const quietTo = feed.events.length;
    await broker.stop();
    const awayFrom = feed.events.length;
    await sleep(awayMs);
    const [awayTo, rssAway] = [feed.events.length, rssMiB(running)];
    const { outbox } = await stats();
    await broker.start();
    const backAt = performance.now();
    await waitFor('the outbox is drained', async () => (await stats()).outbox.depth < 100, 600_000);
    const drainS = (performance.now() - backAt) / 1000;
    const doneMs = Date.now() - 2_000;
    feed.close();
    await running.stop();
    daemon = null;
    const { history, waiting, dead } = readHistory(stand.stateDir);
    await waitFor('the last message arrives', () => subscriber.messages.some(({ payload }) => payload === history.at(-1)), 120_000);
    const wire = compareWithHistory(
      subscriber.messages.map(({ payload }) => payload),
      history,
    );
    const received = [...new Set(subscriber.messages.map(({ payload }) => payload))].map((payload) => JSON.parse(payload) as LabelEvent);
    const lights = stand.cameras.lightBetween(liveMs, doneMs);
    const feedMs = (from: number, to: number) =>
      quantile(
        feed.events.slice(from, to).map(({ at }, index) => (feed.eventsCameAt[from + index] ?? Number.NaN) - Date.parse(at)),
        0.99,
      );
    const fed = feed.events.map(({ sequence }) => sequence);
    return {
      ...{ awayS: awayMs / 1000, waited: outbox.depth, drainS, drainRate: outbox.depth / drainS, oldestS: outbox.oldestSeconds },
      ...{ received: wire.distinct, repeats: wire.repeats, lights: lights.length },
      rssMiB: [rssBefore, rssAway],
      feedMs: [feedMs(quietFrom, quietTo), feedMs(awayFrom, awayTo)],
      faults: [
        ...wire.faults,
        ...historyFaults(history.map((payload) => JSON.parse(payload) as LabelEvent)),
        ...scriptFaults(received, lights, stand.cameras.lightBetween(liveMs - 10_000, Date.now()), RULES),
        ...(fed.every((sequence, index) => sequence === (fed[0] ?? 0) + index) ? [] : ['the feed has a gap, a repeat or a swap']),
        ...(waiting + dead > 0 ? [`${waiting} are left in the outbox, ${dead} are dead letters`] : []),
      ],
    };
  } finally {
    await daemon?.stop();
    await subscriber.close();
    await stand.close();
    await broker.close();
  }
}

function rssMiB({ pid }: Daemon): number {
  return (processTree(pid).find((each) => each.pid === pid)?.rssBytes ?? 0) / 2 ** 20;
}
