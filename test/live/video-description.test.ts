import { describe, expect, it } from 'vitest';
import { describeVideo } from '../../src/live/video-description.ts';
import { box, HEVC, moov, words } from './mp4.ts';

const bodyOf = (bytes: Buffer) => bytes.subarray(8);

describe('describeVideo', () => {
  it('names H.264 by profile, constraints and level', () => {
    const expected = { codec: 'avc1.640028', family: 'avc1', width: 1920, height: 1080, defaultSampleFlags: 0x10000 };
    expect(describeVideo(bodyOf(moov()))).toEqual(expected);
  });

  it('names H.265 as browsers do, under whichever name it comes', () => {
    const video = { parameters: HEVC, width: 640, height: 360 };
    for (const entry of ['hvc1', 'hev1']) {
      expect(describeVideo(bodyOf(moov({ ...video, entry })))).toMatchObject({ codec: 'hvc1.1.6.L63.90', family: 'hvc1', width: 640, height: 360 });
    }
    // Profile space B, high tier, no constraints.
    const other = box('hvcC', Buffer.from([1, 0xa2, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93]));
    expect(describeVideo(bodyOf(moov({ entry: 'hvc1', parameters: other })))).toMatchObject({ codec: 'hvc1.B2.4.H93' });
  });

  it('knows others by their name', () => {
    expect(describeVideo(bodyOf(moov({ entry: 'mp4v', parameters: box('esds') })))).toMatchObject({ codec: 'mp4v', family: 'mp4v' });
  });

  it.each([
    ['no parameters of the codec', moov({ parameters: box('pasp') })],
    ['no parameters of the codec', moov({ parameters: box('avcC', Buffer.from([1])) })],
    ['no size', moov({ width: 0 })],
    ['no video', box('moov', words(0))],
  ])('says that there is %s', (what, bytes) => {
    expect(describeVideo(bodyOf(bytes))).toContain(what.replace('no ', ''));
  });
});
