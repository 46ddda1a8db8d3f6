import { describe, expect, it } from 'vitest';
import { DecodeChooser, type DecodeMeasurements } from '../../src/stream/decode-chooser.ts';

const auto = () => new DecodeChooser({ decode: 'auto', sampleFps: 0.5, maxLatencyMs: 1000 });
const seen = (about: Partial<DecodeMeasurements>): DecodeMeasurements => ({
  nowMono: 60_000,
  connectedMono: 0,
  longestKeyFrameIntervalMs: 2000,
  highDecodeAgeMs: 50,
  frames: 30,
  ...about,
});

describe('DecodeChooser', () => {
  it('begins with all and takes key frames when they come often enough', () => {
    const chooser = auto();
    expect(chooser.mode).toBe('all');
    expect(chooser.reconsider(seen({ nowMono: 5000 })), 'too early').toBe(false);
    expect(chooser.reconsider(seen({ longestKeyFrameIntervalMs: 4000 })), 'too rare').toBe(false);
    expect(chooser.reconsider(seen({}))).toBe(true);
    expect(chooser.mode).toBe('keyframes');
    expect(chooser.reconsider(seen({})), 'content').toBe(false);
  });

  it.each([
    ['they become rare', { longestKeyFrameIntervalMs: 3000 }],
    ['they come out late', { highDecodeAgeMs: 501 }],
    ['the decoder swallows them', { frames: 5 }],
  ])('goes back when %s, and does not flap', (_, about) => {
    const chooser = auto();
    chooser.reconsider(seen({}));
    expect(chooser.reconsider(seen(about))).toBe(true);
    expect(chooser.mode).toBe('all');
    let switches = 0;
    for (let nowMono = 60_000; nowMono < 24 * 3_600_000; nowMono += 1000) {
      const measured = chooser.mode === 'keyframes' ? about : {};
      if (chooser.reconsider(seen({ ...measured, nowMono }))) switches += 1;
    }
    expect(switches, 'switches in a day').toBeLessThanOrEqual(20);
  });

  it('leaves a choice of the user alone', () => {
    const chooser = new DecodeChooser({ decode: 'keyframes', sampleFps: 5, maxLatencyMs: 100 });
    expect(chooser.reconsider(seen({ highDecodeAgeMs: 1999, frames: 1, longestKeyFrameIntervalMs: 9000 }))).toBe(false);
    expect(chooser.mode).toBe('keyframes');
    expect(new DecodeChooser({ decode: 'all', sampleFps: 0.5, maxLatencyMs: 100 }).reconsider(seen({}))).toBe(false);
  });

  it('decodes everything where key frames come out so late that none would be judged', () => {
    const chooser = new DecodeChooser({ decode: 'keyframes', sampleFps: 1, maxLatencyMs: 500 });
    expect(chooser.isOverruled).toBe(false);
    expect(chooser.reconsider(seen({ highDecodeAgeMs: 4000 }))).toBe(true);
    expect([chooser.mode, chooser.isOverruled]).toEqual(['all', true]);
    expect(chooser.reconsider(seen({ highDecodeAgeMs: 100 }))).toBe(false);
    const patient = new DecodeChooser({ decode: 'keyframes', sampleFps: 1, maxLatencyMs: 5000 });
    expect(patient.reconsider(seen({ highDecodeAgeMs: 4000 }))).toBe(false);
  });
});
