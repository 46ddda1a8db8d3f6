import { eventIdSource } from '../../src/events/event-id.ts';
import type { UnsequencedEvent } from '../../src/events/label-event.ts';
import { SqliteEventStore } from '../../src/store/sqlite-event-store.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { labelEvent } from './label-events.ts';

export interface FilledHistory {
  readonly stateDir: string;
  /** Each has a start and an end. Spread evenly over the last days, the newest a minute ago. */
  readonly events: number;
  /** The events take turns. */
  readonly cameras: readonly string[];
  readonly labels: readonly string[];
  /** Of the newest events, so many have this picture. */
  readonly pictures: { readonly count: number; readonly jpeg: Uint8Array };
  /** So many before those had one, too, stored so long ago that the daemon's retention takes it away when it starts. */
  readonly pruned?: number;
}

const HISTORY = { retentionDays: 14, snapshots: true, snapshotRetentionDays: 7, scoreTraceDays: 0, maxBytes: 1e10 };
const DAY_MS = 86_400_000;
const SPAN_MS = 6 * DAY_MS;
const AT_ONCE = 1_000;

/** Fills the history of a daemon that is not running. Returns the ids, oldest first. */
export async function fillHistory({ stateDir, events, cameras, labels, pictures, pruned = 0 }: FilledHistory): Promise<readonly string[]> {
  const store = await SqliteEventStore.open({
    ...{ stateDir, instance: 'test', history: HISTORY, keepsOutbox: false, logger: silentLogger, clock: systemClock },
  });
  const newId = eventIdSource();
  const newestMs = Date.now() - 60_000;
  const ids: string[] = [];
  const messages: UnsequencedEvent[] = [];
  for (let index = 0; index < events; index++) {
    const startMs = newestMs - Math.round(((events - 1 - index) / events) * SPAN_MS);
    const id = newId(startMs);
    const hasPicture = index >= events - pictures.count - pruned;
    ids.push(id);
    messages.push(...courseOf(id, startMs, cameras[index % cameras.length] ?? '', labels[index % labels.length] ?? '', hasPicture));
  }
  for (let from = 0; from < messages.length; from += AT_ONCE) await store.append(messages.slice(from, from + AT_ONCE));
  if (pictures.count > 0) for (const id of ids.slice(-pictures.count)) await store.saveSnapshot(id, pictures.jpeg);
  await store.close();
  if (pruned > 0) {
    const clock = { ...systemClock, wallMs: () => systemClock.wallMs() - (HISTORY.snapshotRetentionDays + 1) * DAY_MS };
    const before = await SqliteEventStore.open({ stateDir, instance: 'test', history: HISTORY, keepsOutbox: false, logger: silentLogger, clock });
    for (const id of ids.slice(-pictures.count - pruned, -pictures.count)) await before.saveSnapshot(id, pictures.jpeg);
    await before.close();
  }
  return ids;
}

function courseOf(id: string, startMs: number, camera: string, label: string, hasPicture: boolean): readonly UnsequencedEvent[] {
  const iso = (ms: number) => new Date(ms).toISOString();
  const common = {
    ...{ id, camera, label, rule: 'rule0', startedAt: iso(startMs), strip: null },
    snapshot: hasPicture ? `/api/events/${id}/snapshot.jpg` : null,
    top: [
      { label, score: 0.85 },
      { label: 'dark', score: 0.15 },
    ],
  };
  const endedAt = iso(startMs + 12_000);
  return [
    labelEvent({ ...common, type: 'start', at: iso(startMs) }),
    labelEvent({ ...common, type: 'end', at: endedAt, endedAt, endReason: 'exit', score: 0.2 }),
  ];
}
