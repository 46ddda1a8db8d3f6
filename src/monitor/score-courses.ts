import { type ScoreCourse, ScoreCourseReader } from '../events/score-course.ts';
import type { TracedChunk } from '../events/score-trace.ts';
import { readTraceChunk } from '../events/trace-decoder.ts';
import type { TimeSpan } from '../events/trace-extent.ts';
import type { HistoryReader } from '../store/history-reader.ts';

/** What is asked of the trace of one camera; plain values, they cross a thread. */
export interface CoursesAsked {
  readonly camera: string;
  readonly rules: readonly { readonly rule: string; readonly region: string; readonly labels: readonly string[] }[];
  readonly span: TimeSpan;
  readonly buckets: number;
  /**
   * What was not known to be on disk when the question was asked, in order: of two with the same number the later has more. Taken before the disk is read: what is written
   * meanwhile is then there twice, and never missing.
   */
  readonly unwritten: readonly TracedChunk[];
}

/** In the order of the rules that were asked for; `'tooMany'`: the time has more parts than MOST_PARTS. */
export type CoursesAnswer = readonly ScoreCourse[] | 'tooMany';

/** Some forty megabytes, of one region: a day at 25 frames a second. */
export const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 64;

/** The courses of a camera's rules, from disk and memory as one. Throws what HistoryReader throws, and FramewatchError STORE_CORRUPT for a part that cannot be read. */
export async function readCourses(reader: Pick<HistoryReader, 'scoresWithin'>, asked: CoursesAsked): Promise<CoursesAnswer> {
  const { camera, rules, span, buckets, unwritten } = asked;
  const readers = rules.map(({ region, labels }) => ({ region, reader: new ScoreCourseReader(labels, span, buckets) }));
  for (const region of new Set(rules.map((rule) => rule.region))) {
    const own = readers.filter((each) => each.region === region);
    const take = (part: TracedChunk) => {
      const entries = readTraceChunk(part);
      for (const each of own) each.reader.take(part.session, part.chunk.number, entries);
    };
    const inMemory = new Map(unwritten.filter(({ session }) => session.region === region).map((part) => [keyOf(part), part]));
    let read = 0;
    for (let after = 0, isMore = true; isMore; ) {
      const page = await reader.scoresWithin({ camera, region, after, most: PARTS_AT_ONCE, ...span });
      for (const part of page.parts) {
        const other = inMemory.get(keyOf(part));
        inMemory.delete(keyOf(part));
        take(other && other.chunk.bytes.length > part.chunk.bytes.length ? other : part);
      }
      read += page.parts.length;
      if (read > MOST_PARTS) return 'tooMany';
      after = page.id;
      isMore = page.parts.length === PARTS_AT_ONCE;
    }
    for (const part of inMemory.values()) if (part.chunk.toMs >= span.sinceMs && part.chunk.fromMs < span.untilMs) take(part);
  }
  return readers.map((each) => each.reader.course());
}

function keyOf({ session, chunk }: TracedChunk): string {
  return `${session.key} ${chunk.number}`;
}
