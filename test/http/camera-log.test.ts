import { expect, it } from 'vitest';
import { cameraLog } from '../../src/http/camera-log.ts';

it('gives the times of children and lines as ISO 8601', () => {
  const notes = [
    { startedMs: 60_000, endedMs: null, omitted: 0, lines: [] },
    { startedMs: 0, endedMs: 1_500, omitted: 3, lines: [{ atMs: 1_250, text: 'method DESCRIBE failed: 401 Unauthorized' }] },
  ];
  expect(cameraLog('yard', notes)).toEqual({
    camera: 'yard',
    children: [
      { startedAt: '1970-01-01T00:01:00.000Z', endedAt: null, omitted: 0, lines: [] },
      {
        startedAt: '1970-01-01T00:00:00.000Z',
        endedAt: '1970-01-01T00:00:01.500Z',
        omitted: 3,
        lines: [{ at: '1970-01-01T00:00:01.250Z', text: 'method DESCRIBE failed: 401 Unauthorized' }],
      },
    ],
  });
});
