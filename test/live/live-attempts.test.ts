import { describe, expect, it } from 'vitest';
import { LiveAttempts } from '../../src/live/live-attempts.ts';
import type { TroubleMessage } from '../../src/live/live-message.ts';
import type { StreamEnd } from '../../src/live/live-stream.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { cameraConfig } from '../helpers/stream-cameras.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { puppetParts } from './puppet-stream.ts';

/** Each attempt ends at once with the next of `codes`. */
function start(codes: readonly ('CAMERA_AUTH_FAILED' | 'CAMERA_EXITED' | 'CAMERA_UNSUPPORTED_STREAM')[]) {
  const clock = new VirtualClock();
  const { parts } = puppetParts(clock);
  const [triedAt, told]: [number[], TroubleMessage[]] = [[], []];
  const startMs = clock.monotonicMs();
  const attempts = new LiveAttempts({
    ...{ config: cameraConfig(), open: parts.open, retries: parts.retries, clock, log: parts.log },
    read(_source, signal): Promise<StreamEnd> {
      const code = codes[triedAt.length];
      triedAt.push(clock.monotonicMs() - startMs);
      if (code) return Promise.resolve({ error: new FramewatchError(code, code), healthyMs: 0 });
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ error: null, healthyMs: 1 }), { once: true }));
    },
    tell: (trouble) => told.push(trouble),
  });
  return { attempts, clock, triedAt, told };
}

describe('LiveAttempts', () => {
  it('waits longer after each failure, and says until when', async () => {
    const { attempts, clock, triedAt, told } = start(['CAMERA_EXITED', 'CAMERA_UNSUPPORTED_STREAM']);
    const stop = new AbortController();
    const run = attempts.run(stop.signal);
    await clock.advance(60_000);
    expect(triedAt).toEqual([0, 1000, 3000]);
    expect(told.map(({ code, nextTryAt }) => [code, nextTryAt])).toEqual([
      ['CAMERA_EXITED', '2026-01-01T00:00:01.000Z'],
      ['CAMERA_UNSUPPORTED_STREAM', '2026-01-01T00:00:03.000Z'],
    ]);
    stop.abort();
    await run;
    expect(clock.pendingTimers).toBe(0);
  });

  it('asks a camera that refuses the password once a minute, however often somebody comes and goes', async () => {
    const { attempts, clock, triedAt } = start(Array.from({ length: 9 }, () => 'CAMERA_AUTH_FAILED' as const));
    for (let visitor = 0; visitor < 100; visitor += 1) {
      const stop = new AbortController();
      const run = attempts.run(stop.signal);
      await clock.advance(1000);
      expect(attempts.isLockedOut).toBe(true);
      stop.abort();
      await run;
    }
    expect(triedAt).toEqual([0, 60_000]);
    await clock.advance(60_000);
    expect(attempts.isLockedOut).toBe(false);
  });

  it('says why an address cannot be used, and tries nothing', async () => {
    const [clock, told, stop] = [new VirtualClock(), [] as TroubleMessage[], new AbortController()];
    const { parts } = puppetParts(clock);
    const open = () => {
      throw new FramewatchError('CONFIG_INVALID', 'no such scheme');
    };
    const read = () => Promise.reject(new Error('must not be called'));
    const run = new LiveAttempts({
      ...{ config: cameraConfig(), open, retries: parts.retries, clock, log: parts.log, read },
      tell: (trouble) => told.push(trouble),
    }).run(stop.signal);
    await clock.advance(60_000);
    expect(told).toMatchObject([{ type: 'error', code: 'CONFIG_INVALID', nextTryAt: null }]);
    stop.abort();
    await run;
  });
});
