import { describe, expect, it } from 'vitest';
import { doneShare, type FileProgress, type ProgressState, progressLine } from '../../src/classify/progress.ts';

const file = (about: Partial<FileProgress> = {}): FileProgress => ({ bytes: 1000, durationMs: 10_000, judgedMs: 0, isOver: false, ...about });
const state = (about: Partial<ProgressState> = {}): ProgressState => ({
  ...{ files: [file({ judgedMs: 5000 })], judged: 125, elapsedMs: 4000, rate: 31.25, name: 'a.mp4' },
  ...about,
});

describe('doneShare', () => {
  it('counts by duration', () => {
    expect(doneShare([file({ judgedMs: 2500 })])).toBe(0.25);
    expect(doneShare([file({ isOver: true }), file({ durationMs: 30_000, judgedMs: 5000 })])).toBe(0.375);
  });

  it('takes files that were not opened yet to be like the others of their size', () => {
    expect(doneShare([file({ isOver: true }), file({ bytes: 3000, durationMs: null })])).toBe(0.25);
  });

  it('knows nothing of one file without a duration, and counts files when none has one', () => {
    expect(doneShare([file({ durationMs: null, judgedMs: 5000 })])).toBeNull();
    expect(doneShare([file({ durationMs: null, isOver: true }), file({ durationMs: null })])).toBe(0.5);
  });

  it('never exceeds the whole', () => {
    expect(doneShare([file({ judgedMs: 99_999 })])).toBe(1);
    expect(doneShare([file({ bytes: 0, durationMs: 0, isOver: true }), file()])).toBe(0);
  });
});

describe('progressLine', () => {
  it('shows bar, share, pictures, rate, time left and file', () => {
    expect(progressLine(state(), 100)).toBe('████████████░░░░░░░░░░░░  50 %  125 pictures  31.3/s  0:00:04 left  a.mp4');
  });

  it('leaves out from the end what does not fit, and never fills the last cell', () => {
    for (let columns = 1; columns < 100; columns += 1)
      expect(progressLine(state({ name: '東京.mp4' }), columns).length).toBeLessThan(Math.max(1, columns));
    expect(progressLine(state(), 60)).toBe('████████████░░░░░░░░░░░░  50 %  125 pictures  31.3/s');
    // Wide characters: five cells more than letters.
    expect(progressLine(state({ name: '東京東京東' }), 77)).not.toContain('東');
    expect(progressLine(state({ name: 'abcde' }), 77)).toContain('abcde');
  });

  it('guesses no time left before it knows something, and draws no bar where the end is not known', () => {
    expect(progressLine(state({ files: [file({ judgedMs: 1 })] }), 100)).not.toContain('left');
    expect(progressLine(state({ files: [file({ durationMs: null })] }), 100)).toBe('125 pictures  31.3/s  a.mp4');
    expect(progressLine(state({ elapsedMs: 0, name: 'loading the network' }), 100)).toBe('loading the network');
  });

  it('lets no name move the cursor', () => {
    expect(progressLine(state({ name: 'a\r\u001b[K' }), 100)).toMatch(/ {2}a��\[K$/);
  });
});
