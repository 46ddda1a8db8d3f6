import { describe, expect, it } from 'vitest';
import { FileJudge, type FileJudgeOptions } from '../../src/classify/file-judge.ts';
import type { FrameVerdict } from '../../src/classify/frame-verdict.ts';
import { RuleIntervals } from '../../src/events/rule-intervals.ts';
import { labelScores } from '../../src/events/scores.ts';
import { PictureMemory } from '../../src/stream/picture-memory.ts';
import { FACTS } from './sample.ts';

const GATE = { id: 'gate', crop: [0.5, 0, 0.5, 1] as const, heads: [] };
const FULL = { id: 'full', crop: null, heads: [] };

function judge(about: Partial<FileJudgeOptions> = {}) {
  const verdicts: FrameVerdict[] = [];
  const memory = new PictureMemory();
  const made = new FileJudge({
    ...{ labels: FACTS.labels, regions: [FULL], memory, illustrations: null },
    intervals: new RuleIntervals(FACTS.rules, 10_000),
    scoresOf: (probabilities) => labelScores(FACTS.labels, probabilities),
    onVerdict: (verdict) => verdicts.push(verdict),
    ...about,
  });
  const send = (sequence: number) => made.sent(sequence, { timeMs: sequence * 40, width: 2, height: 2, pixels: memory.take(12) });
  const settle = (sequence: number, cat: number, region = 'full') => made.settled(sequence, region, { probabilities: [cat, 0, 1 - cat] });
  return { judge: made, verdicts, memory, send, settle };
}

describe('FileJudge', () => {
  it('makes verdicts in the order of the file, shares, and intervals', async () => {
    const t = judge();
    for (let sequence = 0; sequence < 10; sequence += 1) t.send(sequence);
    for (const sequence of [1, 0, 3, 2, 5, 4, 7, 6, 9, 8]) t.settle(sequence, sequence < 4 ? 0.9 : 0.1);
    await t.judge.allSettled();
    expect(t.verdicts.map(({ frame, timeMs, region, scores }) => [frame, timeMs, region, scores[0]?.label])).toEqual(
      Array.from({ length: 10 }, (_, index) => [index, index * 40, 'full', index < 4 ? 'cat' : 'owl']),
    );
    expect(await t.judge.close(400)).toEqual({
      ...{ judged: 10, unjudged: 0, judgedMs: 360 },
      intervals: [
        { rule: 'pets', region: 'full', label: 'cat', startMs: 0, decidedMs: 80, score: 0.9, endMs: 400, peakScore: 0.9, endReason: 'fileEnd' },
      ],
      regions: [
        {
          ...{ region: 'full', timeline: null, thumbnails: [] },
          shares: [
            { label: 'owl', share: 0.6 },
            { label: 'cat', share: 0.4 },
          ],
        },
      ],
    });
    // Every picture was given back, so its memory is there for the next ones.
    expect(t.memory.readyBytes).toBe(10 * 12);
  });

  it('counts pictures that got no verdict, with the reason', async () => {
    const t = judge({ regions: [FULL, GATE] });
    for (let sequence = 0; sequence < 3; sequence += 1) t.send(sequence);
    for (const region of ['full', 'gate']) {
      t.settle(0, 0.5, region);
      t.judge.settled(1, region, { dropped: 'invalid' });
    }
    t.settle(2, 0.5, 'full');
    t.judge.settled(2, 'gate', { dropped: 'engine' });
    expect(await t.judge.close(0)).toMatchObject({ judged: 2, unjudged: 1, judgedMs: 80 });
    expect([...t.judge.reasons]).toEqual([
      ['invalid', 2],
      ['engine', 1],
    ]);
    expect(t.verdicts.map(({ frame, region }) => `${frame}${region}`)).toEqual(['0full', '0gate', '2full']);
  });

  it('keeps course and pictures for the report, of each region its own part', async () => {
    const crops: unknown[] = [];
    const t = judge({
      regions: [FULL, GATE],
      illustrations: {
        ...{ mostThumbnails: 5, keptLabels: [1] },
        encode: async (_picture, crop) => {
          crops.push(crop);
          return await Promise.resolve(new Uint8Array([1]));
        },
      },
    });
    for (let sequence = 0; sequence < 4; sequence += 1) t.send(sequence);
    for (let sequence = 0; sequence < 4; sequence += 1) {
      t.settle(sequence, sequence < 2 ? 0.2 : 0.9, 'full');
      t.settle(sequence, 0.2, 'gate');
    }
    const { regions } = await t.judge.close(160);
    expect(regions.map(({ thumbnails }) => thumbnails.map(({ timeMs, label }) => [timeMs, label]))).toEqual([
      [
        [0, 'owl'],
        [80, 'cat'],
      ],
      [[0, 'owl']],
    ]);
    expect(crops).toEqual(expect.arrayContaining([null, null, GATE.crop]));
    expect(regions[0]?.timeline?.labels.toSorted()).toEqual([0, 1, 2]);
    expect(t.memory.readyBytes).toBe(4 * 12);
  });
});
