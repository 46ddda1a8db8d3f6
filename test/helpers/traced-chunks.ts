import type { TracedChunk, TraceSession } from '../../src/events/score-trace.ts';
import { TraceEncoder } from '../../src/events/trace-encoder.ts';

const SESSION: TraceSession = {
  ...{ key: 1, camera: 'door', region: 'full', maxGapMs: 10_000, whole: true },
  ...{ labels: ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'], groups: [['Porn', 'Sexy']] },
};

/** Parts of one session of a score trace, of two frames a second each, the first at `fromMs` (wall clock). */
export function tracedChunks(
  count: number,
  changes: Partial<TraceSession> & { readonly fromMs?: number; readonly frames?: number } = {},
): TracedChunk[] {
  const { fromMs = 1_000_000, frames = 4, ...others } = changes;
  const session = { ...SESSION, ...others };
  const encoder = new TraceEncoder(session);
  return Array.from({ length: count }, (_, part) => {
    for (let frame = 0; frame < frames; frame += 1) {
      const sequence = part * frames + frame;
      const scores = session.labels.map((label, index) => ({ label, score: ((sequence * 7 + index * 13) % 100) / 100 }));
      encoder.frame({ mono: sequence * 500, wall: fromMs + sequence * 500, sequence, scores: scores.sort((a, b) => b.score - a.score) });
    }
    const chunk = encoder.take();
    if (!chunk) throw new Error('a part needs frames');
    return { session, chunk };
  });
}
