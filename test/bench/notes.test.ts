import { expect, it } from 'vitest';
import type { PipelineFigures } from '../../src/bench/document.ts';
import { notesOn } from '../../src/bench/notes.ts';
import type { Step } from '../../src/bench/step.ts';
import { stepOf } from './samples.ts';

const figures = (steps: readonly Step[], settings: object = {}) =>
  ({
    settings: { decode: 'all', sampleFps: 2, stream: { keyFrameMs: 1000 }, ...settings },
    cameraSteps: steps,
    rateSteps: [],
  }) as unknown as PipelineFigures;
const used = { daemon: 0.1, engine: 0.6, ffmpeg: 0.4, cameras: 0.01, bench: 0.01, others: 0.02 };

it('says nothing where there is nothing to say', () => {
  expect(notesOn(figures([stepOf({ samples: 120, cores: used })]), 4)).toEqual([]);
});

it('owns up to what the measurement itself took, and to what disturbed it', () => {
  const steps = [stepOf({ samples: 120, cores: { ...used, cameras: 0.2 } }), stepOf({ samples: 120, cores: { ...used, others: 0.7 } })];
  const notes = notesOn(figures(steps), 4);
  expect(notes).toEqual([
    expect.stringContaining('up to 0.21 of the 4 cores; real cameras take none'),
    expect.stringContaining('up to 0.70 of the 4 cores: measured while the machine was busy'),
  ]);
});

it('says what the figures cannot say', () => {
  expect(notesOn(figures([stepOf({ samples: 120, cores: null })]), 4)).toEqual([expect.stringContaining('no /proc')]);
  expect(notesOn(figures([stepOf({ samples: 99, cores: used })]), 4)).toEqual([expect.stringContaining('p99 is the slowest')]);
  expect(notesOn(figures([], { isShortOfMemory: true, maxCameras: 9 }), 4)).toEqual([expect.stringContaining('no more than 9 cameras')]);
  expect(notesOn(figures([], { decode: 'keyframes' }), 4)).toEqual([expect.stringContaining('1 pictures/s at most')]);
});
