import { describe, expect, it, onTestFinished } from 'vitest';
import { appendEvents, factsOf, openHistory } from '../../src/store/history-database.ts';
import { pruneStep } from '../../src/store/history-retention.ts';
import type { DeadLetter } from '../../src/store/outbox.ts';
import { abandonOutbox, outboxPage, parsedEntry, selectDeadLetters, settleOutbox } from '../../src/store/outbox-table.ts';
import type { Database } from '../../src/store/sqlite-database.ts';
import { labelEvent } from '../helpers/label-events.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const [A, B] = ['01JD8Q4Z3M5R7T9V1X2Y4Z6A81', '01JD8Q4Z3M5R7T9V1X2Y4Z6A82'];
const LATER = { eventsBefore: Date.UTC(2030, 0, 1), snapshotsBefore: 0, scoresBefore: 0, maxBytes: 1e9 };

describe('the outbox in the database', () => {
  it('holds what was stored, in its order, from when it was stored until it is settled; to settle twice changes nothing', () => {
    const database = history(['start', 'update', 'end']);
    expect(factsOf(database).outbox).toEqual({ depth: 3, oldestMs: 100 });
    expect(sequences(database)).toEqual([1, 2, 3]);
    expect(sequences(database, 1)).toEqual([2, 3]);
    expect(sequences(database, 0, 2)).toEqual([1, 2]);
    for (let twice = 0; twice < 2; twice++) settleOutbox(database, { delivered: [2], dead: [letter(1, 'refused')] });
    expect(sequences(database)).toEqual([3]);
    expect(selectDeadLetters(database, 10)).toEqual({ counts: { refused: 1 }, newest: [letter(1, 'refused')] });
  });

  it('gets its row in the transaction of the event: both or neither', () => {
    const database = history([]);
    const broken = { ...labelEvent(), camera: null as unknown as string };
    expect(() => appendEvents(database, [labelEvent(), broken], 0, 100)).toThrow();
    expect(factsOf(database)).toMatchObject({ lastSequence: 0, outbox: { depth: 0 } });
  });

  it('says of what follows an expired start that nobody heard of it', () => {
    const database = history(['start', 'update']);
    appendEvents(database, [labelEvent({ id: B, type: 'end' })], 2, 100);
    settleOutbox(database, { delivered: [], dead: [letter(1, 'expired')] });
    expect(outboxPage(database, 0, 10).map((row) => parsedEntry(row).startUntold)).toEqual([true, false]);
    settleOutbox(database, { delivered: [], dead: [letter(1, 'refused')] });
    expect(outboxPage(database, 0, 10).map(({ startUntold }) => startUntold)).toEqual([false, false]);
  });

  it('turns into dead letters when MQTT is switched off', () => {
    const database = history(['start', 'end']);
    expect(abandonOutbox(database, 'off', 200)).toBe(2);
    expect(factsOf(database).outbox).toEqual({ depth: 0, oldestMs: null });
    const { counts, newest } = selectDeadLetters(database, 1);
    expect(counts).toEqual({ abandoned: 2 });
    expect(newest).toMatchObject([{ sequence: 2, eventId: A, type: 'end', camera: 'front_door', reason: 'abandoned', detail: 'off', atMs: 200 }]);
  });

  it('keeps an event, however old, until the broker has it; not when there is no room', () => {
    const database = history(['start', 'update', 'end']);
    settleOutbox(database, { delivered: [1], dead: [letter(2, 'refused')] });
    expect(pruneStep(database, LATER)).toMatchObject({ events: 2, outgrown: 0 });
    expect(selectDeadLetters(database, 10)).toEqual({ counts: {}, newest: [] });
    expect(pruneStep(database, LATER)).toMatchObject({ events: 0, outgrown: 0 });
    expect(sequences(database)).toEqual([3]);
    expect(pruneStep(database, { ...LATER, maxBytes: 0 })).toMatchObject({ events: 1, outgrown: 1 });
    expect(factsOf(database).outbox.depth).toBe(0);
  });
});

function history(types: readonly ('start' | 'update' | 'end')[]): Database {
  const { database } = openHistory(temporaryDirectory(), 0, false);
  onTestFinished(() => database.close());
  if (types.length > 0) {
    const events = types.map((type) => labelEvent({ id: A, type }));
    appendEvents(database, events, 0, 100);
  }
  return database;
}

function sequences(database: Database, after = 0, limit = 10): number[] {
  return outboxPage(database, after, limit).map((row) => parsedEntry(row).event.sequence);
}

function letter(sequence: number, reason: DeadLetter['reason']): DeadLetter {
  return { sequence, eventId: A, type: 'start', camera: 'front_door', topic: 't', reason, detail: 'd', atMs: 150 };
}
