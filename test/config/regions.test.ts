import { describe, expect, it } from 'vitest';
import { judgedRegions, WHOLE_PICTURE } from '../../src/config/regions.ts';
import { cameraFile, cameraOf, errorsOf } from './sample.ts';

const GATE = { id: 'gate', crop: [0.2, 0.1, 0.5, 0.6] as const, heads: [] };

describe('judgedRegions', () => {
  it('has the whole picture when none is listed, when it is listed, or when a rule names it', () => {
    expect(judgedRegions([], [])).toEqual([WHOLE_PICTURE]);
    expect(judgedRegions([GATE], ['gate'])).toEqual([GATE]);
    expect(judgedRegions([GATE], ['gate', 'full'])).toEqual([GATE, WHOLE_PICTURE]);
    expect(judgedRegions([WHOLE_PICTURE, GATE], ['full'])).toEqual([WHOLE_PICTURE, GATE]);
  });
});

describe('readRegions', () => {
  it('keeps the order of the file; default rules watch the first', () => {
    const camera = cameraOf('url: rtsp://h/x\nregions:\n  gate: { crop: [0.2, 0.1, 0.5, 0.6] }\n  full:\n  sky: { crop: [0, 0, 1, 0.5] }');
    expect(camera.regions.map((region) => region.id)).toEqual(['gate', 'full', 'sky']);
    expect(camera.regions[1]).toEqual(WHOLE_PICTURE);
    expect(camera.rules[0]?.regions).toEqual(['gate']);
  });

  it('refuses a region without a crop, a crop of the whole picture, a crop beyond it, an unknown head', () => {
    const text = cameraFile(
      'url: rtsp://h/x\nregions:\n  a: {}\n  full: { crop: [0, 0, 1, 1] }\n  b: { crop: [0.5, 0.5, 0.6, 0.5] }\n  c: { crop: [0, 0, 1, 1], heads: [gaet] }',
    );
    expect(errorsOf(`${text}heads: { gate: { labels: [open, closed] } }\n`)).toEqual([
      expect.stringMatching(/^5:7: cameras\.door\.regions\.a: the region has no crop/),
      expect.stringMatching(/^6:21: cameras\.door\.regions\.full\.crop: full is always the whole picture/),
      expect.stringMatching(/^7:18: cameras\.door\.regions\.b\.crop: reaches beyond the right edge/),
      expect.stringMatching(/^8:39: cameras\.door\.regions\.c\.heads: there is no head "gaet" \(did you mean gate\?\)/),
    ]);
  });
});
