import type { FileFindings, RunFacts, RunTotals } from '../../src/classify/findings.ts';
import type { FrameVerdict } from '../../src/classify/frame-verdict.ts';

/** A verdict by its probabilities, in the order of the network's outputs. */
export function verdictOf(frame: number, timeMs: number, probabilities: Readonly<Record<string, number>>, region: string = 'full'): FrameVerdict {
  const scores = Object.entries(probabilities)
    .map(([label, score]) => ({ label, score }))
    .sort((a, b) => b.score - a.score);
  return { frame, timeMs, region, scores, probabilities: Object.values(probabilities) };
}

export const FACTS: RunFacts = {
  version: '1.2.3',
  at: '2026-11-26T10:20:30.000Z',
  model: 'small',
  labels: ['cat', 'dog', 'owl'],
  regions: ['full'],
  rules: [
    {
      ...{ id: 'pets', labels: ['cat', 'dog'], regions: ['full'], enter: 0.8, minFrames: 3, enterForMs: 0 },
      ...{ exit: 0.6, offDelayMs: 3000, cooldownMs: 30_000, maxDurationMs: 0, deviceClass: null },
    },
  ],
  fps: null,
};

export function findingsOf(about: Partial<FileFindings> = {}): FileFindings {
  return {
    ...{ file: 'a.mp4', durationMs: 10_000, codec: 'h264', width: 640, height: 360, judged: 250, unjudged: 0, judgedMs: 9960, seconds: 8 },
    regions: [
      {
        ...{ region: 'full', timeline: null, thumbnails: [] },
        shares: [
          { label: 'owl', share: 0.9 },
          { label: 'cat', share: 0.1 },
        ],
      },
    ],
    ...{ intervals: [], complete: true, error: null, warnings: [] },
    ...about,
  };
}

export function totalsOf(files: readonly FileFindings[], about: Partial<RunTotals> = {}): RunTotals {
  const judged = files.reduce((sum, file) => sum + file.judged, 0);
  const engine = { model: 'small', sha256: '0'.repeat(64), backend: 'onnx', device: 'cpu', precision: 'float32' } as const;
  return { files, judged, seconds: 10, framesPerSecond: judged / 10, networkShare: 0.985, engine, partialReason: null, ...about };
}

export const INTERVAL: FileFindings['intervals'][number] = {
  ...{ rule: 'pets', region: 'full', label: 'cat', startMs: 3120, decidedMs: 3200, score: 0.85, endMs: 7480, peakScore: 0.93, endReason: 'exit' },
};
