/**
 * Entry point of the thread that reads the score trace for whoever looks at it: a day of it is some megabytes to decode, and neither the thread that frames pass through nor
 * the one that writes events may wait for that. It reads beside the writer, as another program would. One question after the other; `null` ends it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { HistoryReader } from '../store/history-reader.ts';
import { systemClock } from '../util/clock.ts';
import { type ErrorCode, FramewatchError, messageOf } from '../util/errors.ts';
import { type CoursesAnswer, type CoursesAsked, readCourses } from './score-courses.ts';

export interface ScoreQuestion {
  readonly id: number;
  readonly asked: CoursesAsked;
}

export type ScoreReply =
  | { readonly id: number; readonly answer: CoursesAnswer }
  | { readonly id: number; readonly failure: { readonly code: ErrorCode; readonly message: string } };

export interface ScoreReaderData {
  readonly stateDir: string;
}

function serve(port: NonNullable<typeof parentPort>, { stateDir }: ScoreReaderData): void {
  const reader = new HistoryReader({ stateDir, clock: systemClock });
  const answer = async ({ id, asked }: ScoreQuestion): Promise<ScoreReply> => {
    try {
      // A corrupt history was set aside, and another one begun.
      reader.reopenIfReplaced();
      return { id, answer: await readCourses(reader, asked) };
    } catch (error) {
      return { id, failure: { code: error instanceof FramewatchError ? error.code : 'INTERNAL', message: messageOf(error) } };
    }
  };
  let before = Promise.resolve();
  port.on('message', (question: ScoreQuestion | null) => {
    before = before.then(async () => {
      if (question === null) {
        reader.close();
        port.close();
      } else port.postMessage(await answer(question));
    });
  });
}

if (parentPort) serve(parentPort, workerData as ScoreReaderData);
