import { describe, expect, it } from 'vitest';
import { warningsOf } from './sample.ts';

describe('what this version accepts but does not do', () => {
  it('is said at its place', () => {
    const text = `engine: { precision: int8 }
mqtt:
  discovery: { enabled: true }
heads: { gate: { labels: [open, closed] } }
cameraDefaults:
  motion: { enabled: true }
cameras:
  a: { url: rtsp://h/x, liveUrl: rtsp://h/live }
  b: { url: rtsp://h/x }
`;
    expect(warningsOf(text)).toEqual([
      '4:8: heads: own labels are not in this version: no head is judged',
      '6:22: cameraDefaults.motion.enabled: the motion gate is not in this version: every sampled frame is judged',
    ]);
  });

  it('draws no warning where it is off', () => {
    expect(
      warningsOf('mqtt: { discovery: { enabled: true } }\nheads: {}\ncameras: { a: { url: rtsp://h/x, motion: { enabled: false }, liveUrl: null } }'),
    ).toEqual([]);
  });
});
