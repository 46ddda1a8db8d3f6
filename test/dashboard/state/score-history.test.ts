import { describe, expect, it } from 'vitest';
import type { ClassificationMessage } from '../../../src/dashboard/state/messages.ts';
import { ScoreHistory } from '../../../src/dashboard/state/score-history.ts';

const message = (camera: string, sequence: number): ClassificationMessage => ({
  type: 'classification',
  camera,
  region: 'full',
  frame: { sequence, receivedAt: '', width: 1, height: 1 },
  top: [],
  heads: {},
  rules: { unsafe: { active: false, score: sequence / 10_000 } },
  at: new Date(sequence * 500).toISOString(),
  latencyMs: { total: 1, decode: 0, queue: 0, preprocess: 0, inference: 1, decide: 0, bound: 500, feasible: true },
});

describe('ScoreHistory', () => {
  it('keeps the last minutes of a camera, however long the page is open', () => {
    const history = new ScoreHistory();
    for (let sequence = 0; sequence < 5_000; sequence += 1) history.add(message('yard', sequence));
    const points = history.of('yard');
    expect([points.length, points[0]?.atMs, points.at(-1)?.atMs]).toEqual([600, 4_400 * 500, 4_999 * 500]);
    expect(points.at(-1)?.rules['unsafe']?.score).toBe(0.4999);
    expect(history.of('door')).toEqual([]);
  });

  it('forgets the camera that was silent longest when there are too many', () => {
    const history = new ScoreHistory();
    for (let camera = 0; camera < 256; camera += 1) history.add(message(`c${camera}`, 1));
    history.add(message('c0', 2));
    history.add(message('new', 1));
    expect([history.of('c0').length, history.of('c1').length, history.of('new').length]).toEqual([2, 0, 1]);
    history.clear();
    expect(history.of('c0')).toEqual([]);
  });
});
