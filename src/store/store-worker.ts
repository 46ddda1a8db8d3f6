/**
 * Entry point of the store's worker thread: SQLite's calls are synchronous and an fsync blocks, so they must not happen on the thread
 * that frames pass through. Answers one request after the other, in order.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { coverageEnds, recordCoverage, selectCoverage } from './coverage-table.ts';
import { selectEvents } from './event-filter.ts';
import { appendEvents, factsOf, openHistory, probeWrite } from './history-database.ts';
import { pruneStep } from './history-retention.ts';
import { removeAnnounced, removeSwitch, selectAnnounced, selectSwitches, setAnnounced, setSwitch } from './kept-tables.ts';
import { abandonOutbox, outboxPage, selectDeadLetters, settleOutbox } from './outbox-table.ts';
import { recordScores } from './score-trace-table.ts';
import { SequenceMark } from './sequence-mark.ts';
import type { Database, SqlValue } from './sqlite-database.ts';
import { isCorruption } from './sqlite-database.ts';
import { lockStateDirectory } from './state-lock.ts';
import { breaksConnection, storeFailure } from './store-fault.ts';
import type { StoreCallName, StoreCalls, StoreNotice, StoreReply, StoreRequest, StoreWorkerData } from './store-protocol.ts';
import { registerPicture } from './strip-schema.ts';

type Answers = { readonly [N in StoreCallName]: (database: Database, given: StoreCalls[N]['arguments']) => StoreCalls[N]['result'] };

const ANSWERS: Answers = {
  append: (database, { events, after, outboxMs }) => ({ firstSequence: appendEvents(database, events, after, outboxMs) }),
  probe(database) {
    probeWrite(database);
    return null;
  },
  query(database, query) {
    const { sql, parameters } = selectEvents(query);
    return payloadsOf(database, sql, parameters);
  },
  course: (database, { id }) => payloadsOf(database, 'SELECT payload FROM events WHERE event_id = ? ORDER BY sequence', [id]),
  openEvents: (database) => payloadsOf(database, 'SELECT payload FROM events JOIN open_events USING (sequence) ORDER BY sequence', []),
  outboxPage: (database, { after, limit }) => ({ entries: outboxPage(database, after, limit) }),
  settleOutbox(database, settlement) {
    settleOutbox(database, settlement);
    return null;
  },
  abandonOutbox: (database, { detail, atMs }) => ({ abandoned: abandonOutbox(database, detail, atMs) }),
  deadLetters: (database, { limit }) => selectDeadLetters(database, limit),
  registerPicture(database, picture) {
    registerPicture(database, picture);
    return null;
  },
  forgetSnapshots(database, { ids }) {
    database.transaction(() => {
      for (const id of ids) database.run('DELETE FROM snapshots WHERE event_id = ?', [id]);
    });
    return null;
  },
  recordCoverage(database, { changes, aliveMs }) {
    recordCoverage(database, changes, aliveMs);
    return null;
  },
  coverage: (database, query) => ({ changes: selectCoverage(database, query) }),
  coverageEnds,
  switches: (database) => ({ switches: selectSwitches(database) }),
  setSwitch(database, entry) {
    setSwitch(database, entry);
    return null;
  },
  removeSwitch(database, { camera }) {
    removeSwitch(database, camera);
    return null;
  },
  announced: (database) => ({ announced: selectAnnounced(database) }),
  setAnnounced(database, entry) {
    setAnnounced(database, entry);
    return null;
  },
  removeAnnounced(database, { name }) {
    removeAnnounced(database, name);
    return null;
  },
  recordScores(database, { parts }) {
    recordScores(database, parts);
    return null;
  },
  pruneStep,
  close(database) {
    database.rows('PRAGMA wal_checkpoint(TRUNCATE)');
    return null;
  },
};

function payloadsOf(database: Database, sql: string, parameters: readonly SqlValue[]): { readonly payloads: readonly string[] } {
  return { payloads: database.rows(sql, parameters).map((row) => String(row['payload'])) };
}

function serve(port: NonNullable<typeof parentPort>, { stateDir, instance, since, lastSequence }: StoreWorkerData): void {
  const tell = (message: StoreNotice | StoreReply) => port.postMessage(message);
  let suspicious = false;
  let open: Database | null = null;
  const mark = new SequenceMark(stateDir);

  /** `behind`: the highest sequence that was given; 0 when that is not known yet. */
  const history = (behind: number): Database => {
    if (open !== null) return open;
    const { database, setAside } = openHistory(stateDir, behind === 0 ? mark.value : behind, suspicious);
    suspicious = false;
    open = database;
    if (setAside) tell({ notice: 'setAside', ...setAside });
    return database;
  };
  const giveUp = () => {
    open?.close();
    open = null;
  };
  const answer = <N extends StoreCallName>({ id, name, arguments: given, lastSequence: behind }: StoreRequest<N>): StoreReply => {
    try {
      const database = history(behind);
      const result = ANSWERS[name](database, given);
      const facts = factsOf(database);
      mark.cover(facts.lastSequence);
      return { id, result, facts };
    } catch (error) {
      if (isCorruption(error)) suspicious = true;
      if (breaksConnection(error)) giveUp();
      return { id, failure: storeFailure(stateDir, error) };
    }
  };

  try {
    const lock = lockStateDirectory(stateDir, { pid: process.pid, instance, since });
    port.on('message', (request: StoreRequest) => {
      const reply = answer(request);
      if (request.name === 'close') {
        giveUp();
        lock.release();
      }
      tell(reply);
      if (request.name === 'close') port.close();
    });
    const facts = factsOf(history(lastSequence));
    mark.cover(facts.lastSequence);
    tell({ notice: 'opened', facts });
  } catch (error) {
    tell({ notice: 'failed', failure: storeFailure(stateDir, error) });
    port.close();
  }
}

if (parentPort) serve(parentPort, workerData as StoreWorkerData);
