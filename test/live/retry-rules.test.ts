import { describe, expect, it } from 'vitest';
import { Retries } from '../../src/live/retry-rules.ts';
import { authRetryMs, backoffMs, failuresAfter } from '../../src/stream/backoff.ts';
import { FramewatchError } from '../../src/util/errors.ts';

const rules = { backoffMs, authRetryMs, failuresAfter, random: () => 0.5 };
const fault = (code: ConstructorParameters<typeof FramewatchError>[0]) => new FramewatchError(code, 'x');

describe('Retries', () => {
  it('waits longer after each failure, and from the beginning after a healthy run', () => {
    const retries = new Retries(rules);
    const waits = [0, 0, 0, 60_000].map((healthyMs) => {
      retries.failed(fault('CAMERA_EXITED'), healthyMs);
      return retries.waitMs();
    });
    expect(waits).toEqual([500, 1000, 2000, 500]);
  });

  it('waits a minute and more after a refused password', () => {
    const retries = new Retries(rules);
    retries.failed(fault('CAMERA_AUTH_FAILED'), 0);
    expect([retries.isLockedOut, retries.waitMs()]).toEqual([true, 63_000]);
    retries.failed(fault('CAMERA_AUTH_FAILED'), 0);
    expect(retries.waitMs()).toBe(126_000);
    retries.failed(fault('CAMERA_EXITED'), 0);
    expect(retries.isLockedOut).toBe(false);
  });

  it('knocks at the door of a camera that may be away, never at that of one that refuses', () => {
    const retries = new Retries(rules);
    expect(retries.knocksAfter(fault('CAMERA_UNREACHABLE'))).toBe(true);
    expect(retries.knocksAfter(fault('CAMERA_AUTH_FAILED'))).toBe(false);
    expect(retries.knockMs()).toBe(4375);
  });
});
