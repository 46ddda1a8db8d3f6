import { expect, it } from 'vitest';
import { type CameraLog, omittedWords } from '../../../src/dashboard/camera/camera-log.ts';
import type * as daemon from '../../../src/http/monitor-view.ts';

it('is what the daemon sends; a drift does not build', () => {
  const asSent = (log: daemon.CameraLog): CameraLog => log;
  const log = { camera: 'yard', children: [] };
  expect(asSent(log)).toBe(log);
});

it('says how many lines are missing', () => {
  expect([omittedWords(1), omittedWords(12)]).toEqual(['One line is not kept.', '12 lines are not kept.']);
});
