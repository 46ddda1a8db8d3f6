import { FramewatchError } from '../util/errors.ts';
import { ByteReader } from './byte-reader.ts';
import { BREAK_REASONS, type TraceChunk, type TracedChunk, type TraceEntry, type TraceSession } from './score-trace.ts';
import { SCORE_STEPS } from './scores.ts';
import { TRACE_FORMAT } from './trace-encoder.ts';

/** The entries of a chunk, in order; see trace-encoder.ts. Throws FramewatchError STORE_CORRUPT for bytes that no encoder of this version wrote. */
export function readTraceChunk({ session, chunk }: TracedChunk): readonly TraceEntry[] {
  const bytes = new ByteReader(chunk.bytes);
  const format = bytes.whole();
  if (format !== TRACE_FORMAT) throw unreadable(session, chunk, `format ${format}`);
  const entries: TraceEntry[] = [];
  let mono = 0;
  let ahead = 0;
  let sequence = 0;
  while (!bytes.atEnd) {
    const head = bytes.signed();
    mono += Math.floor(head / 2);
    ahead += bytes.signed();
    const wall = mono + ahead;
    if (head % 2 !== 0) {
      const reason = BREAK_REASONS[bytes.whole()];
      if (reason === undefined) throw unreadable(session, chunk, 'a break without a reason');
      entries.push({ kind: 'break', mono, wall, reason });
      continue;
    }
    sequence += bytes.signed();
    const scores = session.whole ? allScores(session, bytes) : someScores(session, chunk, bytes);
    const groups = session.groups.map(() => bytes.whole() / SCORE_STEPS);
    entries.push({ kind: 'frame', mono, wall, sequence, scores, groups });
    if (bytes.overran) throw unreadable(session, chunk, 'it ends in the middle');
  }
  return entries;
}

function allScores({ labels }: TraceSession, bytes: ByteReader): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (const label of labels) scores.set(label, bytes.whole() / SCORE_STEPS);
  return scores;
}

function someScores(session: TraceSession, chunk: TraceChunk, bytes: ByteReader): ReadonlyMap<string, number> {
  const scores = new Map<string, number>();
  for (let left = bytes.whole(); left > 0; left -= 1) {
    const label = chunk.labels[bytes.whole()];
    if (label === undefined) throw unreadable(session, chunk, 'a label without a name');
    scores.set(label, bytes.whole() / SCORE_STEPS);
  }
  return scores;
}

function unreadable({ camera, region }: TraceSession, { number }: TraceChunk, why: string): FramewatchError {
  return new FramewatchError('STORE_CORRUPT', `Part ${number} of the score trace of ${camera}, ${region} cannot be read: ${why}.`);
}
