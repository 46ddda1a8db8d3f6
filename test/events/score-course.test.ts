import { describe, expect, it } from 'vitest';
import { ScoreCourseReader } from '../../src/events/score-course.ts';
import type { TraceEntry, TraceSession } from '../../src/events/score-trace.ts';
import { readTraceChunk } from '../../src/events/trace-decoder.ts';
import { tracedChunks } from '../helpers/traced-chunks.ts';

const SESSION: TraceSession = {
  ...{ key: 1, camera: 'door', region: 'full', maxGapMs: 10_000, whole: true },
  ...{ labels: ['Porn', 'Sexy'], groups: [['Porn', 'Sexy']] },
};
const SPAN = { sinceMs: 100_000, untilMs: 200_000 };

describe('ScoreCourseReader', () => {
  it('gives the score that the rule saw, by the group of its labels or by its one label', () => {
    const entries = [frame(110_000, 0.7501)];
    expect(read(['Sexy', 'Porn'], [[SESSION, 0, entries]]).runs).toEqual([[{ atMs: 110_000, score: 0.7501 }]]);
    expect(read(['Porn'], [[SESSION, 0, entries]])).toMatchObject({ exact: true, frames: 1, newest: { atMs: 110_000, score: 0.5 } });
    expect(read(['Porn', 'Sexy'], [[{ ...SESSION, groups: [] }, 0, entries]])).toMatchObject({ exact: false, newest: { score: 0.75 } });
  });

  it('reads what the encoder wrote', () => {
    const course = new ScoreCourseReader(['Porn'], { sinceMs: 1_000_000, untilMs: 1_100_000 }, 720);
    for (const part of tracedChunks(2, { frames: 3 })) course.take(part.session, part.chunk.number, readTraceChunk(part));
    expect(course.course().runs).toEqual([[0.39, 0.46, 0.53, 0.6, 0.67, 0.74].map((score, index) => ({ atMs: 1_000_000 + index * 500, score }))]);
  });

  it.each<[string, readonly (readonly [TraceSession, number, readonly TraceEntry[]])[]]>([
    ['frames are too far apart', [[SESSION, 0, [frame(110_000), frame(120_001)]]]],
    [
      'something from outside came between',
      [[SESSION, 0, [frame(110_000), { kind: 'break', mono: 11, wall: 111_000, reason: 'cameraOffline' }, frame(112_000)]]],
    ],
    [
      'a part is missing',
      [
        [SESSION, 0, [frame(110_000)]],
        [SESSION, 2, [frame(111_000)]],
      ],
    ],
    [
      'another session began',
      [
        [SESSION, 0, [frame(110_000)]],
        [{ ...SESSION, key: 2 }, 0, [frame(111_000)]],
      ],
    ],
    ['the clock was set forward', [[SESSION, 0, [frame(110_000), { ...frame(150_000), mono: 111_000 }]]]],
    ['the clock was set back', [[SESSION, 0, [frame(110_000), { ...frame(105_000), mono: 111_000 }]]]],
  ])('parts two runs where %s', (_why, parts) => {
    expect(read(['Porn'], parts).runs.map((run) => run.length)).toEqual([1, 1]);
  });

  it('joins frames over the border of two parts', () => {
    const parts = [
      [SESSION, 0, [frame(110_000)]],
      [SESSION, 1, [frame(120_000)]],
    ] as const;
    expect(read(['Porn'], parts).runs).toHaveLength(1);
  });

  it('says when frames were judged whose trace does not have the labels', () => {
    const course = read(['Porn', 'Dog'], [[SESSION, 0, [frame(110_000), frame(111_000), frame(125_000)]]]);
    expect(course).toEqual({
      ...{ runs: [], frames: 0, shortGaps: 0, newest: null, exact: true },
      untraced: [
        { fromMs: 110_000, toMs: 111_000 },
        { fromMs: 125_000, toMs: 125_000 },
      ],
    });
  });

  it('leaves out what is not of the time', () => {
    expect(read(['Porn'], [[SESSION, 0, [frame(99_999), frame(100_000), frame(200_000)]]])).toMatchObject({ frames: 1, newest: { atMs: 100_000 } });
  });
});

function read(labels: readonly string[], parts: readonly (readonly [TraceSession, number, readonly TraceEntry[]])[]) {
  const course = new ScoreCourseReader(labels, SPAN, 720);
  for (const [session, number, entries] of parts) course.take(session, number, entries);
  return course.course();
}

function frame(atMs: number, sum = 0.75): Extract<TraceEntry, { kind: 'frame' }> {
  const scores = new Map([
    ['Porn', 0.5],
    ['Sexy', 0.25],
  ]);
  return { kind: 'frame', mono: atMs, wall: atMs, sequence: atMs, scores, groups: [sum] };
}
