import { describe, expect, it } from 'vitest';
import type { BenchDocument } from '../../src/bench/document.ts';
import { reportLines } from '../../src/bench/report.ts';
import { costOf, stepOf } from './samples.ts';

const carried = {
  cameras: 4,
  sampleFps: 2,
  framesPerSecond: 8,
  p99Ms: 270,
  limitedBy: 'engine',
  evidence: ['the network ran 93 % of the time'],
} as const;
const DOCUMENT: BenchDocument = {
  ...{ schema: 1, at: '2026-11-22T10:00:00.000Z', version: '0.1.0', durationSeconds: 200.4, partial: false, partialReason: null },
  machine: { cores: 2, processor: 'A processor', memoryBytes: 1, platform: 'linux x64', node: 'v20' },
  engine: {
    ...{
      backend: 'onnx',
      device: 'cpu',
      precision: 'float32',
      threads: 2,
      model: 'a-model',
      sha256: '0',
      inputSize: 299,
      fit: 'stretch',
      selfTest: 'golden',
      fallback: null,
      startSeconds: 6,
    },
    batches: [costOf(1, 40), costOf(8, 250)],
  },
  combinations: null,
  pipeline: {
    settings: {
      ...{ boundMs: 500, sampleFps: 2, decode: 'all', frameWidth: 640, maxCameras: 64, isShortOfMemory: false, seconds: 10, brief: false },
      stream: { width: 1920, height: 1080, framesPerSecond: 25, kilobitsPerSecond: 4000, keyFrameMs: 1000 },
    },
    efficiency: {
      ...{
        ratio: 0.914,
        daemonFramesPerSecond: 29.2,
        bareFramesPerSecond: 32,
        before: 33,
        after: 31,
        batchSize: 8,
        meanBatch: 7.9,
        engineBusyShare: 0.98,
      },
      ...{ cores: null, offeredOverBare: 1.3 },
    },
    cameraSteps: [stepOf(), stepOf({ cameras: 8, cores: null, latencyMs: null, holds: false, broken: ['nothing was judged'] })],
    rateSteps: [],
    answer: carried,
    frontier: [carried],
  },
  notes: ['a note'],
};
const text = (changes: Partial<BenchDocument> = {}) => reportLines({ ...DOCUMENT, ...changes }).join('\n');

describe('reportLines', () => {
  it('shows engine, steps, what is carried and why no more', () => {
    const lines = text();
    expect(lines).toMatch(/^batch 8 +250 +250 +32\.0 {2}█{24}$/m);
    expect(lines).toMatch(/^4 × 2\/s +8\.0 +0\.0 % +135 +270 .* 0\.40 0\.60 0\.10 \| 0\.10 0\.00 +█+▒+ +│ +holds$/m);
    expect(lines).toMatch(/^8 × 2\/s .* nothing was judged$/m);
    expect(lines).toContain('Efficiency 0.91.');
    expect(lines).toContain(
      'It carries 4 cameras at 2/s: 8.0 verdicts/s, p99 270 of 500 ms.\nLimited by the engine:\n  the network ran 93 % of the time',
    );
    expect(lines).toContain('note: a note');
    expect(lines).toContain('took 200 s');
    expect(lines).not.toMatch(/NaN|undefined|null|PARTIAL/);
  });

  it('says so when not one camera is carried', () => {
    const none = { ...carried, cameras: 0, framesPerSecond: 0, p99Ms: null };
    expect(text({ pipeline: DOCUMENT.pipeline && { ...DOCUMENT.pipeline, answer: none, frontier: [] } })).toContain(
      'Not even one camera at 2/s keeps the bound of 500 ms.',
    );
  });

  it('shows what there is of an interrupted run, and marks it', () => {
    const lines = text({ engine: null, pipeline: null, partial: true, partialReason: 'interrupted by SIGINT', notes: [] });
    expect(lines.split('\n')).toEqual(['Framewatch 0.1.0 on 2 cores, A processor', '', 'PARTIAL (interrupted by SIGINT), took 200 s']);
  });
});
