import { expect, it } from 'vitest';
import type { CombinationFigures, SizeFigures } from '../../src/bench/combination-figures.ts';
import { combinationLines } from '../../src/bench/combination-report.ts';

const size = (pictures: number, ms: number): SizeFigures => {
  const framesPerSecond = (1000 * pictures) / ms;
  const batchMs = { p25: ms - 1, p50: ms, p75: ms + 1, p95: ms + 2 };
  return {
    size: pictures,
    batches: 9,
    batchMs,
    framesPerSecond,
    lowestFramesPerSecond: framesPerSecond - 1,
    highestFramesPerSecond: framesPerSecond + 1,
  };
};
const MEASURED = { state: 'measured', threads: 2, startSeconds: 4.25, leftOut: [] } as const;
const COMBINATIONS: readonly CombinationFigures[] = [
  {
    ...MEASURED,
    ...{ backend: 'onnx', device: 'cpu', precision: 'float32', isConfigured: true, provider: null },
    residentBytes: { warm: 300 * 1024 * 1024, measured: 400 * 1024 * 1024 },
    sizes: [size(1, 100), size(8, 640)],
  },
  {
    ...MEASURED,
    ...{ backend: 'onnx', device: 'gpu', precision: 'float32', isConfigured: false, provider: 'cuda', residentBytes: null, leftOut: [64] },
    sizes: [size(8, 10)],
  },
  { backend: 'tensorflow', device: 'cpu', precision: 'float32', isConfigured: false, state: 'not here', reason: 'not installed' },
];

it('is a table with the best marked; what is on a GPU is called unverified, with what that means', () => {
  expect(combinationLines(COMBINATIONS)).toEqual([
    'Every backend and precision that runs here, the network alone',
    '                              batch  ms a batch  quartiles  frames/s    of rounds  memory MiB  ready, s',
    'onnx cpu float32, configured      1         100     99–101      10.0     9.0–11.0   300 → 400       4.3  ▎',
    '                                  8         640    639–641      12.5    11.5–13.5                        ▍',
    'onnx gpu (cuda) float32           8        10.0   9.0–11.0     800.0  799.0–801.0           ?       4.3  ████████████████████████ ◀ best unverified',
    '  onnx gpu (cuda) float32: a batch of 64 takes too long to be measured',
    'not here: tensorflow cpu float32 (unverified): not installed',
    'unverified: no acceptance report about such an engine yet (docs/gpu.md); what stands here is what it did on this machine',
  ]);
});

it('says nothing of what is unverified where nothing is, and has no table without figures', () => {
  expect(combinationLines(COMBINATIONS.slice(0, 1)).join('\n')).not.toContain('unverified');
  expect(combinationLines([])).toEqual([]);
});
