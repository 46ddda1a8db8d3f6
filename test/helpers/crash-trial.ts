import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabelEvent } from '../../src/events/label-event.ts';
import { openDatabase } from '../../src/store/sqlite-database.ts';
import { startMosquitto } from './mosquitto.ts';
import { startSubscriber } from './mqtt-subscriber.ts';
import type { LightPhase } from './signal-cameras.ts';
import { startSignalStand } from './signal-stand.ts';
import { waitFor } from './wait-for.ts';
import { compareWithHistory, historyFaults, scriptFaults } from './wire-check.ts';

export interface CrashTrialOptions {
  readonly kills: number;
  readonly cameras: number;
  readonly rules: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Told after each kill. */
  readonly progress?: (kills: number) => void;
}

export interface CrashReport {
  readonly kills: number;
  /** Lights that the script says must be events: their camera was judged before, and the kill came well after. */
  readonly lights: number;
  readonly stored: number;
  readonly received: number;
  readonly repeats: number;
  /** Ends of events that a kill left open. */
  readonly recovered: number;
  /** How often the broker was away at a kill. */
  readonly brokerAway: number;
  readonly faults: readonly string[];
}

const LONGEST_LIFE_MS = 12_000;
/** From the light to the event with the subscriber. */
const WAY_MS = 1_500;
const BROKER_AWAY_SHARE = 0.3;

/**
 * Kills the daemon (SIGKILL) at random moments, its start included, now and then while the broker is away, and starts it again; then holds what an
 * independent subscriber with a persistent session received against the cameras' script and against the history.
 */
export async function crashTrial({ kills, cameras, rules, random, progress }: CrashTrialOptions): Promise<CrashReport> {
  const broker = await startMosquitto({ persistence: true });
  const subscriber = await startSubscriber({ port: broker.port, topic: 'framewatch/+/event', clientId: 'independent' });
  const stand = await startSignalStand({ cameras, rules, phaseSeconds: 1 });
  const begunMs = Date.now();
  const expected: LightPhase[] = [];
  let brokerAway = 0;
  try {
    for (let killed = 0; killed < kills; killed++) {
      const daemon = await stand.startDaemon(`{ url: ${broker.url} }`);
      const [bornMs, before] = [Date.now(), subscriber.messages.length];
      const lifeMs = 200 + random() * LONGEST_LIFE_MS;
      const losesBroker = random() < BROKER_AWAY_SHARE;
      const endMs = Date.now() + lifeMs;
      await sleep(lifeMs * 0.8);
      if (losesBroker) await broker.stop();
      // What turns light after the first event of a camera in this life is expected, up to a moment before the kill.
      const judgedFrom = new Map<string, number>();
      for (const { camera, at } of subscriber.messages.slice(before).map(({ payload }) => JSON.parse(payload) as LabelEvent))
        if (!judgedFrom.has(camera) && Date.parse(at) > bornMs) judgedFrom.set(camera, Date.parse(at));
      await sleep(Math.max(0, endMs - Date.now()));
      const killMs = Date.now();
      daemon.kill('SIGKILL');
      await daemon.ended;
      for (const [camera, fromMs] of judgedFrom)
        expected.push(...stand.cameras.lightBetween(fromMs, killMs - WAY_MS).filter((phase) => phase.camera === camera));
      if (losesBroker) {
        brokerAway += 1;
        await broker.start();
      }
      progress?.(killed + 1);
    }
    const daemon = await stand.startDaemon(`{ url: ${broker.url} }`);
    await daemon.ready();
    await waitFor(
      'all cameras are judged',
      async () => (await daemon.json<{ cameras: { sequence: number | null }[] }>('/api/cameras')).cameras.every(({ sequence }) => sequence !== null),
      30_000,
    );
    await waitFor('the outbox is empty', async () => (await daemon.json<{ outbox: { depth: number } }>('/api/stats')).outbox.depth === 0, 60_000);
    await daemon.stop();
    const { history, waiting, dead } = readHistory(stand.stateDir);
    await waitFor('the last message arrives', () => subscriber.messages.some(({ payload }) => payload === history.at(-1)), 30_000);
    const events = history.map((payload) => JSON.parse(payload) as LabelEvent);
    const wire = compareWithHistory(
      subscriber.messages.map(({ payload }) => payload),
      history,
    );
    const received = [...new Set(subscriber.messages.map(({ payload }) => payload))].map((payload) => JSON.parse(payload) as LabelEvent);
    const all = stand.cameras.lightBetween(begunMs - 4_000, Date.now());
    return {
      ...{ kills, brokerAway, lights: expected.length, stored: history.length, received: wire.distinct, repeats: wire.repeats },
      recovered: events.filter(({ endReason }) => endReason === 'recovered').length,
      faults: [
        ...wire.faults,
        ...historyFaults(events),
        ...scriptFaults(received, expected, all, rules),
        ...(waiting > 0 ? [`${waiting} messages are left in the outbox`] : []),
        ...(dead > 0 ? [`${dead} dead letters`] : []),
        ...subscriber.messages.filter(({ retained }) => retained).map(({ payload }) => `an event was retained: ${payload}`),
      ],
    };
  } finally {
    await subscriber.close();
    await stand.close();
    await broker.close();
  }
}

/** What a daemon that has ended left on disk. */
export function readHistory(stateDir: string): { readonly history: readonly string[]; readonly waiting: number; readonly dead: number } {
  const database = openDatabase(join(stateDir, 'history.db'), 1_000);
  const number = (table: string) => Number(database.rows(`SELECT count(*) AS number FROM ${table}`)[0]?.['number']);
  const history = database.rows('SELECT payload FROM events ORDER BY sequence').map((row) => String(row['payload']));
  const left = { history, waiting: number('outbox'), dead: number('dead_letters') };
  database.close();
  return left;
}
