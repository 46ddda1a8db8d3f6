import { describe, expect, it } from 'vitest';
import { accepted, cameraFile, cameraOf, errorsOf, MODEL, warningsOf } from './sample.ts';

const rule = (text: string) => cameraFile(`url: rtsp://h/x\nregions: { gate: { crop: [0, 0, 0.5, 0.5] } }\nrules:\n  r: ${text}`);

describe('readRules', () => {
  it('completes a rule: first region, and an exit that is not above enter', () => {
    expect(accepted(rule('{ labels: [Porn] }')).cameras[0]?.rules[0]).toEqual({
      id: 'r',
      labels: ['Porn'],
      regions: ['gate'],
      enter: 0.8,
      minFrames: 3,
      enterForMs: 0,
      exit: 0.6,
      offDelayMs: 3000,
      cooldownMs: 30_000,
      maxDurationMs: 0,
      deviceClass: null,
    });
    expect(accepted(rule('{ labels: [Porn], enter: 0.4 }')).cameras[0]?.rules[0]?.exit).toBe(0.4);
    expect(accepted(rule('{ labels: [Porn], enter: 0.9, exit: 0.9 }')).cameras[0]?.rules[0]?.exit).toBe(0.9);
  });

  it('takes the device classes of Home Assistant', () => {
    expect(accepted(rule('{ labels: [Porn], deviceClass: safety }')).cameras[0]?.rules[0]?.deviceClass).toBe('safety');
  });

  it('judges the whole picture when a rule names it', () => {
    expect(accepted(rule('{ labels: [Porn], regions: [full, gate] }')).cameras[0]?.regions.map(({ id }) => id)).toEqual(['gate', 'full']);
  });

  it.each([
    ['{ }', '6:7: cameras.door.rules.r.labels: is missing'],
    ['{ labels: [] }', '6:20: cameras.door.rules.r.labels: has too few items (at least 1)'],
    ['{ labels: Porn }', '6:20: cameras.door.rules.r.labels: "Porn" is not a list'],
    ['{ labels: [Porn, Porn] }', '6:27: cameras.door.rules.r.labels[1]: "Porn" is listed twice'],
    ['{ labels: [porn] }', '6:21: cameras.door.rules.r.labels[0]: the model has no label "porn" (did you mean Porn?)'],
    ['{ labels: [Elephant] }', 'the model has no label "Elephant" (the model has Drawing, Hentai, Neutral, Porn, Sexy)'],
    ['{ labels: [Porn], enter: 0.5, exit: 0.7 }', '6:46: cameras.door.rules.r.exit: 0.7 is above enter, which is 0.5 (exit at most enter)'],
    ['{ labels: [Porn], enter: 0 }', 'cameras.door.rules.r.enter: "0" is too small (a number above 0, at most 1)'],
    ['{ labels: [Porn], regions: [gaet] }', 'cameras.door.rules.r.regions[0]: there is no region "gaet" (did you mean gate?)'],
    ['{ labels: [Porn], deviceClass: alarm }', 'cameras.door.rules.r.deviceClass: "alarm" is not a choice'],
    ['{ labels: [Porn], minFrames: 0 }', 'cameras.door.rules.r.minFrames: "0" is too small'],
    ['{ labels: [Porn], maxDuration: 5 }', 'unknown key "maxDuration" (did you mean maxDurationMs?)'],
  ])('refuses %s', (text, expected) => {
    const errors = errorsOf(rule(text));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });

  it('refuses labels of heads, which this version does not judge', () => {
    expect(errorsOf(`${rule('{ labels: [gate/open] }')}heads: { gate: { labels: [open, closed] } }\n`)).toEqual([
      expect.stringContaining('"gate/open" is a label of a head, and heads are not in this version'),
    ]);
  });
});

describe('defaultRules', () => {
  it('completes the rules of the manifest and keeps a region only where the camera has it', () => {
    const defaultRules = { a: { labels: ['Porn'], regions: ['gate'], enter: 0.5, cooldownMs: 0 } };
    const modelFacts = () => ({ ...MODEL, defaultRules });
    expect(cameraOf('url: rtsp://h/x', { modelFacts }).rules[0]).toMatchObject({
      id: 'a',
      labels: ['Porn'],
      regions: ['full'],
      enter: 0.5,
      exit: 0.5,
      cooldownMs: 0,
      minFrames: 3,
    });
    const text = 'url: rtsp://h/x\nregions: { sky: { crop: [0, 0, 1, 0.5] }, gate: { crop: [0, 0, 1, 0.5] } }';
    expect(cameraOf(text, { modelFacts }).rules[0]?.regions).toEqual(['gate']);
  });

  it('warns of a camera that publishes states only', () => {
    const modelFacts = () => ({ labels: ['cat'], defaultRules: {} });
    expect(warningsOf(cameraFile('url: rtsp://h/x'), { modelFacts })).toEqual([
      '2:3: cameras.door: it has no rules and the model has no default rules: only states will be published (add rules with labels of the model)',
    ]);
    expect(warningsOf(cameraFile('url: rtsp://h/x\nrules: {}'))[0]).toContain('it has no rules: only states will be published');
    expect(warningsOf(cameraFile('url: rtsp://h/x'))).toEqual([]);
  });
});
