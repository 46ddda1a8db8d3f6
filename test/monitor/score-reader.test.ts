import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CoursesAnswer } from '../../src/monitor/score-courses.ts';
import { MOST_QUESTIONS, ScoreReader } from '../../src/monitor/score-reader.ts';
import { openHistory } from '../../src/store/history-database.ts';
import { recordScores } from '../../src/store/score-trace-table.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { waitFor } from '../helpers/wait-for.ts';

const FIRST_MS = 1_000_000;
const QUESTION = {
  ...{ camera: 'door', rules: [{ rule: 'unsafe', region: 'full', labels: ['Porn'] }], unwritten: [], buckets: 720 },
  span: { sinceMs: FIRST_MS, untilMs: FIRST_MS + 300_000 },
};
const framesOf = (answer: CoursesAnswer) => (answer === 'tooMany' ? null : answer.map(({ frames }) => frames));

describe('ScoreReader', () => {
  it('answers from the disk beside the writer, with what is only in memory', async () => {
    const { reader, writer } = stage();
    const parts = tracedChunks(4);
    recordScores(writer, parts.slice(0, 2));
    expect(framesOf(await reader.ask(QUESTION))).toEqual([8]);
    recordScores(writer, parts.slice(2, 3));
    expect(framesOf(await reader.ask({ ...QUESTION, unwritten: parts.slice(2) }))).toEqual([16]);
  });

  it('reads the history that has taken the place of a corrupt one', async () => {
    const { reader, writer, stateDir } = stage();
    recordScores(writer, tracedChunks(2));
    expect(framesOf(await reader.ask(QUESTION))).toEqual([8]);
    writer.close();
    for (const suffix of ['', '-wal', '-shm'])
      try {
        renameSync(join(stateDir, `history.db${suffix}`), join(stateDir, `aside${suffix}`));
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOENT');
      }
    const { database } = openHistory(stateDir, 0, false);
    onTestFinished(() => database.close());
    recordScores(database, tracedChunks(1));
    expect(framesOf(await reader.ask(QUESTION))).toEqual([4]);
  });

  it('gives the thread back when nobody asks any more, and starts another one', async () => {
    const { reader, clock } = stage();
    expect(framesOf(await reader.ask(QUESTION))).toEqual([0]);
    await clock.advance(60_000);
    expect([reader.alive, framesOf(await reader.ask(QUESTION))]).toEqual([true, [0]]);
    await clock.advance(100_000);
    expect(reader.alive).toBe(false);
    expect(framesOf(await reader.ask(QUESTION))).toEqual([0]);
  });

  it('tells why it cannot answer, refuses too many at once, and all after it was closed', async () => {
    const clock = new VirtualClock();
    const reader = new ScoreReader({ stateDir: temporaryDirectory(), clock, logger: recordingLogger() });
    await expect(reader.ask(QUESTION)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('does not exist') });
    const questions = Array.from({ length: MOST_QUESTIONS }, () => reader.ask(QUESTION).catch((error: unknown) => error));
    await expect(reader.ask(QUESTION)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('too much at once') });
    reader.close();
    reader.close();
    expect(await Promise.all(questions)).toEqual(questions.map((): unknown => expect.objectContaining({ message: 'The history is closed.' })));
    await expect(reader.ask(QUESTION)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await waitFor('the thread is let go', () => Promise.resolve(!reader.alive));
    expect(clock.pendingTimers).toBe(0);
  });
});

function stage() {
  const stateDir = temporaryDirectory();
  const { database: writer } = openHistory(stateDir, 0, false);
  const clock = new VirtualClock();
  const reader = new ScoreReader({ stateDir, clock, logger: recordingLogger() });
  onTestFinished(() => {
    reader.close();
    writer.close();
  });
  return { stateDir, writer, clock, reader };
}
