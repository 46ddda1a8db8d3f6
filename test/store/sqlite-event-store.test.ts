import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LabelEvent } from '../../src/events/label-event.ts';
import type { DeadLetter } from '../../src/store/outbox.ts';
import { openDatabase } from '../../src/store/sqlite-database.ts';
import { SqliteEventStore, type SqliteEventStoreOptions } from '../../src/store/sqlite-event-store.ts';
import { hasCode } from '../../src/util/errors.ts';
import { type Logger, silentLogger } from '../../src/util/logger.ts';
import { EventModel } from '../helpers/event-model.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { EVENT_IDS as IDS, storeSteps } from '../helpers/store-steps.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { waitFor } from '../helpers/wait-for.ts';

const HISTORY = { retentionDays: 14, snapshots: true, snapshotRetentionDays: 7, scoreTraceDays: 3, maxBytes: 1 << 30 };
const START = Date.UTC(2026, 0, 1);
const ID = '01JD8Q4Z3M5R7T9V1X2Y4Z6A8B';

describe('SqliteEventStore', () => {
  it('does what plain arrays do, whatever is asked in whatever order, over restarts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(storeSteps(START), { minLength: 5, maxLength: 25 }), async (script) => {
        const stateDir = mkdtempSync(join(tmpdir(), 'framewatch-test-'));
        const clock = new VirtualClock(0, START);
        const model = new EventModel(true);
        let store = await SqliteEventStore.open({ stateDir, instance: 'test', history: HISTORY, keepsOutbox: true, logger: silentLogger, clock });
        try {
          const { storeId } = store;
          for (const step of script) {
            if (step.do === 'append') expect(await store.append(step.events)).toEqual(model.append(step.events));
            else if (step.do === 'query') expect(await store.query(step.query)).toEqual(model.query(step.query));
            else if (step.do === 'page') {
              const page = await store.outbox.page(step.after, step.limit);
              expect(page.map(({ event }) => event)).toEqual(model.outbox(step.after, step.limit));
            } else if (step.do === 'settle') {
              const chosen = model.outbox().filter(({ sequence }) => sequence % step.of === 0);
              const dead = chosen.map((event) => deadLetterOf(event));
              await store.outbox.settle(step.dead ? { delivered: [], dead } : { delivered: chosen.map(({ sequence }) => sequence), dead: [] });
              model.settle(
                chosen.map(({ sequence }) => sequence),
                step.dead,
              );
            } else if (step.do === 'prune') {
              await clock.advance(2 * 86_400_000);
              expect((await store.prune()).events).toBe(model.prune(clock.wallMs() - HISTORY.retentionDays * 86_400_000));
            } else {
              await store.close();
              store = await SqliteEventStore.open({ stateDir, instance: 'test', history: HISTORY, keepsOutbox: true, logger: silentLogger, clock });
            }
            expect(await store.openEvents()).toEqual(model.openEvents());
            expect(store.outbox.depth).toBe(model.outbox().length);
            expect((await store.outbox.deadLetters(0)).counts.refused ?? 0).toBe(model.deadLetters);
            for (const id of IDS) expect(await store.course(id)).toEqual(model.course(id));
            expect([store.lastSequence, store.oldestSequence, store.storeId]).toEqual([model.lastSequence, model.oldestSequence, storeId]);
          }
        } finally {
          await store.close();
          rmSync(stateDir, { recursive: true, force: true });
        }
      }),
      { numRuns: 6 },
    );
  });

  it('gives every event its own sequence when many are appended at once, in the order of the calls', async () => {
    const store = await open();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => store.append([labelEvent({ label: `n${index}` })])));
    expect(answers.flat().map(({ sequence, label }) => [sequence, label])).toEqual(
      Array.from({ length: 200 }, (_, index) => [index + 1, `n${index}`]),
    );
  });

  it('shares commits among those who wait', async () => {
    const commits: number[] = [];
    const store = await open({ committed: (events) => commits.push(events) });
    await Promise.all(Array.from({ length: 100 }, () => store.append([labelEvent()])));
    expect(commits[0]).toBe(1);
    expect(commits).toHaveLength(2);
  });

  it('never gives a sequence twice, also when everything was pruned and the program started again', async () => {
    const clock = new VirtualClock(0, START);
    const stateDir = temporaryDirectory();
    const first = await open({ stateDir, clock });
    await first.append([labelEvent({ type: 'end' }), labelEvent({ type: 'end' })]);
    await clock.advance(15 * 86_400_000);
    expect(await first.prune()).toEqual({ events: 2, snapshots: 0 });
    expect(first.oldestSequence).toBe(3);
    await first.close();
    const second = await open({ stateDir, clock });
    expect((await second.append([labelEvent()]))[0]?.sequence).toBe(3);
  });

  it('refuses a directory that another one holds and says who; a close frees it', async () => {
    const stateDir = temporaryDirectory();
    const first = await open({ stateDir, instance: 'garage' });
    const halfWritten = join(stateDir, 'snapshots', `${ID}.jpg.0.tmp`);
    writeFileSync(halfWritten, 'half');
    const refusal: unknown = await open({ stateDir }).catch((error: unknown) => error);
    expect(hasCode(refusal, 'STORE_LOCKED') && refusal.message).toMatch(new RegExp(`process ${process.pid} \\(instance garage, since 2026-01-01T`));
    expect(existsSync(halfWritten)).toBe(true);
    await first.close();
    await (await open({ stateDir })).close();
    expect(existsSync(halfWritten)).toBe(false);
  });

  it('sets a corrupt history aside, says where, and begins a new one under another id', async () => {
    const stateDir = temporaryDirectory();
    const first = await open({ stateDir });
    const { storeId } = first;
    await first.append([labelEvent()]);
    await first.close();
    writeFileSync(join(stateDir, 'history.db'), Buffer.alloc(20_000, 'no database '));
    const lines: { fields: object; message: string }[] = [];
    const logger: Logger = { ...silentLogger, error: (fields, message) => lines.push({ fields, message }) };
    const second = await open({ stateDir, logger });
    expect(second.storeId).not.toBe(storeId);
    expect(await second.query({ limit: 10 })).toEqual([]);
    const aside = readdirSync(stateDir).find((name) => name.startsWith('history.db.corrupt-'));
    expect(lines).toMatchObject([{ fields: { code: 'STORE_CORRUPT', file: join(stateDir, String(aside)) } }]);
    expect(lines[0]?.message).toContain(String(aside));
    // Nobody can tell them from one another over MQTT, so a sequence of before is not given again.
    expect((await second.append([labelEvent()]))[0]?.sequence).toBeGreaterThan(1);
    expect(second.oldestSequence).toBeGreaterThan(1);
  });

  it('says how many messages waited for the broker in a history that it sets aside', async () => {
    const stateDir = temporaryDirectory();
    const first = await open({ stateDir, keepsOutbox: true });
    await first.append(Array.from({ length: 300 }, () => labelEvent()));
    await first.close();
    const file = join(stateDir, 'history.db');
    const bytes = readFileSync(file);
    // A page in the middle: that of a part of the messages, or of an index of theirs.
    bytes.fill(0xab, Math.floor(bytes.length / 8192) * 4096, Math.floor(bytes.length / 8192) * 4096 + 4096);
    writeFileSync(file, bytes);
    const logger = recordingLogger();
    const second = await open({ stateDir, keepsOutbox: true, logger });
    expect(logger.lines.find(({ fields }) => fields['code'] === 'STORE_CORRUPT')).toMatchObject({
      fields: { unsent: 300 },
      message: expect.stringContaining('300 messages that waited for the MQTT broker'),
    });
    expect((await second.append([labelEvent()]))[0]?.sequence).toBeGreaterThan(300);
  });

  it('survives the death of its worker: a moment later another one stores what waits, and meanwhile says what is wrong', async () => {
    const clock = new VirtualClock(0, START);
    const logger = recordingLogger();
    const { store, worker } = await openWatched({ clock, logger });
    const { storeId } = store;
    await store.append([labelEvent()]);
    await worker.terminate();
    const appended = Promise.all([store.append([labelEvent({ label: 'second' })]), store.append([labelEvent({ label: 'third' })])]);
    await expect(store.query({ limit: 10 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await waitFor('the fault is told', () => store.fault !== null);
    expect(store.fault).toContain('worker');
    expect(store.waiting).toBe(2);
    await clock.advance(2_000);
    expect((await appended).flat().map(({ sequence, label }) => [sequence, label])).toEqual([
      [2, 'second'],
      [3, 'third'],
    ]);
    expect([store.fault, store.waiting, store.lost, store.storeId]).toEqual([null, 0, 0, storeId]);
    expect(await store.query({ limit: 10 })).toHaveLength(3);
    const lines = logger.lines.filter(({ message }) => message.includes('be written'));
    expect(lines.map(({ level, fields }) => [level, fields['code']])).toEqual([
      ['error', 'STORE_UNAVAILABLE'],
      ['info', undefined],
    ]);
  });

  it('stores nothing twice when the worker dies after it committed and before it answered', async () => {
    const clock = new VirtualClock(0, START);
    const stateDir = temporaryDirectory();
    const { store, worker } = await openWatched({ clock, stateDir });
    const other = openDatabase(join(stateDir, 'history.db'), 0);
    onTestFinished(() => other.close());
    worker.removeAllListeners('message');
    const appended = store.append([labelEvent(), labelEvent({ type: 'end' })]);
    await waitFor('it is on disk', () => other.rows('SELECT 1 FROM events').length === 2);
    await worker.terminate();
    await waitFor('the fault is told', () => store.fault !== null);
    // Somebody reads before it is tried again: the new worker is known to have two events.
    await clock.advance(1_100);
    expect(await store.query({ limit: 10 })).toHaveLength(2);
    expect([store.lastSequence, store.waiting]).toEqual([2, 2]);
    await clock.advance(1_000);
    expect((await appended).map(({ sequence }) => sequence)).toEqual([1, 2]);
    expect(await store.query({ limit: 10 })).toHaveLength(2);
  });

  it('gives up starts and updates when too many wait, tells it, and never half an event', async () => {
    const clock = new VirtualClock(0, START);
    const { store, worker } = await openWatched({ clock });
    await store.append([labelEvent({ id: IDS[0] })]);
    await worker.terminate();
    const waiting = [store.append(Array.from({ length: 10_000 }, () => labelEvent({ id: IDS[0], type: 'update' })))];
    await expect(store.append([labelEvent({ id: IDS[1] })])).rejects.toMatchObject({ message: expect.stringContaining('10000 messages wait') });
    waiting.push(store.append([labelEvent({ id: IDS[0], type: 'end' }), labelEvent({ id: IDS[1], type: 'update' })]));
    expect([store.waiting, store.lost]).toEqual([10_001, 2]);
    await waitFor('the fault is told', () => store.fault !== null);
    await clock.advance(2_000);
    expect((await Promise.all(waiting)).map(({ length }) => length)).toEqual([10_000, 1]);
    await expect(store.append([labelEvent({ id: IDS[1], type: 'end' })])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect([store.lastSequence, store.waiting, store.lost]).toEqual([10_002, 0, 3]);
    expect(await store.course(IDS[1])).toEqual([]);
    expect(await store.openEvents()).toEqual([]);
  });

  it('goes on behind the known sequence when the file turns out corrupt while it runs', async () => {
    const clock = new VirtualClock(0, START);
    const stateDir = temporaryDirectory();
    const { store, worker } = await openWatched({ clock, stateDir });
    const { storeId } = store;
    await store.append([labelEvent(), labelEvent()]);
    await worker.terminate();
    writeFileSync(join(stateDir, 'history.db'), Buffer.alloc(20_000, 'no database '));
    await clock.advance(1_000);
    expect((await store.append([labelEvent()]))[0]?.sequence).toBe(3);
    expect(store.storeId).not.toBe(storeId);
    expect(store.oldestSequence).toBe(3);
  });

  it('fails with STORE_UNAVAILABLE where the state directory cannot be', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    await expect(open({ stateDir: join(file, 'state') })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('keeps pictures as files, whole or not at all', async () => {
    const stateDir = temporaryDirectory();
    mkdirSync(join(stateDir, 'snapshots'));
    writeFileSync(join(stateDir, 'snapshots', `${ID}.jpg.0.tmp`), 'half');
    const store = await open({ stateDir });
    expect(await store.loadSnapshot(ID)).toBeNull();
    await store.saveSnapshot(ID, Buffer.from('jpeg'));
    expect(Buffer.from((await store.loadSnapshot(ID)) ?? []).toString()).toBe('jpeg');
    expect(readdirSync(join(stateDir, 'snapshots'))).toEqual([`${ID}.jpg`]);
    expect(await store.loadSnapshot('../history')).toBeNull();
    await expect(store.saveSnapshot('../../evil', Buffer.from('x'))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('keeps a strip beside the snapshot, counts the bytes of both and removes them together', async () => {
    const clock = new VirtualClock(0, START);
    const stateDir = temporaryDirectory();
    mkdirSync(join(stateDir, 'snapshots'));
    writeFileSync(join(stateDir, 'snapshots', `${ID}.strip.jpg.0.tmp`), 'half');
    const store = await open({ stateDir, clock, history: { ...HISTORY, maxBytes: 600_000 } });
    const files = () => readdirSync(join(stateDir, 'snapshots')).sort();
    expect([files(), await store.loadStrip(IDS[0]), await store.loadStrip('../history')]).toEqual([[], null, null]);
    await store.saveStrip(IDS[0], Buffer.from('strip'));
    await clock.advance(1);
    await store.saveSnapshot(IDS[0], Buffer.alloc(200_000));
    expect([Buffer.from((await store.loadStrip(IDS[0])) ?? []).toString(), (await store.loadSnapshot(IDS[0]))?.length]).toEqual(['strip', 200_000]);
    await clock.advance(1);
    await store.saveSnapshot(IDS[1], Buffer.alloc(100_000));
    expect(await store.prune()).toEqual({ events: 0, snapshots: 0 });
    const kept = async () => [...(await store.keptPictures([IDS[0], IDS[1], '../history'])).values()];
    expect(await kept()).toEqual([['snapshot', 'strip'], ['snapshot'], []]);
    // Alone it would be the oldest and small: its snapshot goes with it.
    await store.saveStrip(IDS[1], Buffer.alloc(300_000));
    expect(await store.prune()).toEqual({ events: 0, snapshots: 1 });
    expect(await kept()).toEqual([[], ['snapshot', 'strip'], []]);
    expect(files()).toEqual([`${IDS[1]}.jpg`, `${IDS[1]}.strip.jpg`]);
    await clock.advance(7 * 86_400_000 + 1);
    expect(await store.prune()).toEqual({ events: 0, snapshots: 1 });
    expect(files()).toEqual([]);
    await expect(store.saveStrip('../../evil', Buffer.from('x'))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('removes old pictures, and the oldest of too many bytes, before it touches events', async () => {
    const clock = new VirtualClock(0, START);
    const stateDir = temporaryDirectory();
    const store = await open({ stateDir, clock, history: { ...HISTORY, maxBytes: 600_000 } });
    await store.append([labelEvent({ type: 'end', at: '2026-01-08T00:00:00.000Z' })]);
    await store.saveSnapshot(IDS[0], Buffer.alloc(10));
    await clock.advance(7 * 86_400_000 + 1);
    expect(await store.prune()).toEqual({ events: 0, snapshots: 1 });
    await store.saveSnapshot(IDS[1], Buffer.alloc(300_000));
    await clock.advance(1);
    await store.saveSnapshot(IDS[2], Buffer.alloc(300_000));
    expect(await store.prune()).toEqual({ events: 0, snapshots: 1 });
    expect(existsSync(join(stateDir, 'snapshots', `${IDS[1]}.jpg`))).toBe(false);
    expect(await store.loadSnapshot(IDS[2])).not.toBeNull();
  });

  it('removes the oldest events above the byte limit and gives the space back', async () => {
    const store = await open({ history: { ...HISTORY, maxBytes: 500_000 } });
    const many = Array.from({ length: 1_000 }, () => labelEvent({ type: 'end' }));
    await store.append(many);
    const { events } = await store.prune();
    expect(events).toBeGreaterThan(300);
    expect(events).toBeLessThan(1_000);
    expect(store.oldestSequence).toBe(events + 1);
  });

  it('closes in time although the disk hangs: what waits is counted as lost, and the process is known not to end by itself', async () => {
    const clock = new VirtualClock(0, START);
    const stateDir = temporaryDirectory();
    const store = await open({ clock, stateDir });
    const other = openDatabase(join(stateDir, 'history.db'), 0);
    onTestFinished(() => other.close());
    other.script('BEGIN IMMEDIATE');
    const appended = expect(store.append([labelEvent()])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const closed = store.close();
    await clock.advance(1_400);
    await closed;
    await appended;
    expect([store.stuck, store.lost]).toEqual([true, 1]);
    other.script('ROLLBACK');
    await waitFor('the worker ends', () => !store.stuck);
  });

  it('answers after close with an error, and closes twice', async () => {
    const store = await open();
    await store.close();
    await store.close();
    await expect(store.append([labelEvent()])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect([store.lost, store.stuck]).toEqual([1, false]);
  });
});

/** With the worker that it started, to be killed. */
async function openWatched(changes: Partial<SqliteEventStoreOptions>): Promise<{ store: SqliteEventStore; worker: Worker }> {
  const started: Worker[] = [];
  const note = (worker: Worker) => void started.push(worker);
  process.on('worker', note);
  try {
    const store = await open(changes);
    const [worker] = started;
    if (!worker) throw new Error('no worker was started');
    return { store, worker };
  } finally {
    process.off('worker', note);
  }
}

function deadLetterOf({ sequence, id, type, camera }: LabelEvent): DeadLetter {
  return { sequence, eventId: id, type, camera, topic: 't', reason: 'refused', detail: '', atMs: START };
}

async function open(changes: Partial<SqliteEventStoreOptions> = {}): Promise<SqliteEventStore> {
  const store = await SqliteEventStore.open({
    stateDir: changes.stateDir ?? temporaryDirectory(),
    instance: 'test',
    history: HISTORY,
    keepsOutbox: false,
    logger: silentLogger,
    clock: new VirtualClock(0, START),
    ...changes,
  });
  onTestFinished(() => store.close());
  return store;
}
