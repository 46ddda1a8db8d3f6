import { describe, expect, it } from 'vitest';
import { CameraConnection } from '../../src/stream/camera-connection.ts';
import { DecodeChooser } from '../../src/stream/decode-chooser.ts';
import type { SourceListener } from '../../src/stream/source.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { cameraConfig } from '../helpers/stream-cameras.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

function connect(script: (listener: SourceListener, clock: VirtualClock) => Promise<void>) {
  const clock = new VirtualClock();
  const camera = cameraConfig();
  const faults: { code: string; atMono: number }[] = [];
  const connection = new CameraConnection({
    camera,
    source: {
      run: (signal, listener) => {
        const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        return Promise.race([aborted, script(listener, clock)]);
      },
    },
    chooser: new DecodeChooser(camera),
    clock,
    onFirstPacket() {},
    onFrame() {},
    onInvalid() {},
    onFault: ({ code }) => faults.push({ code, atMono: clock.monotonicMs() }),
  });
  return { clock, connection, faults };
}

const never = new Promise<void>(() => undefined);
const later = (clock: VirtualClock, ms: number, act: () => void) => void clock.setTimer(ms, act);

describe('CameraConnection', () => {
  it('bears with a stream that is looked at for long, and begins anew with each child', async () => {
    const { clock, connection, faults } = connect((listener, time) => {
      listener.onOpening(300);
      later(time, 8000, () => listener.onOpening(8000));
      later(time, 25_000, () => listener.onPacket({ arrivedMono: time.monotonicMs(), isKey: true, bytes: 1 }));
      return never;
    });
    const ended = connection.run(new AbortController().signal);
    await clock.advance(30_000);
    expect(faults).toEqual([]);
    await clock.advance(6000);
    expect(await ended).toMatchObject({ reason: 'stalled', error: { code: 'CAMERA_STALLED' } });
    expect(faults).toHaveLength(1);
  });

  it('tells of a stall at once and of nothing when it is told to end', async () => {
    const silent = connect(() => never);
    const stalled = silent.connection.run(new AbortController().signal);
    await silent.clock.advance(11_000);
    await stalled;
    expect(silent.faults).toEqual([{ code: 'CAMERA_STALLED', atMono: 10_000 }]);

    const stopped = connect(() => never);
    const stop = new AbortController();
    const ended = stopped.connection.run(stop.signal);
    stop.abort();
    expect(await ended).toEqual({ reason: 'exit', error: null });
    expect(stopped.faults).toEqual([]);
    expect(stopped.clock.pendingTimers).toBe(0);
  });

  it.each([
    ['CAMERA_AUTH_FAILED', 'auth'],
    ['CAMERA_EXITED', 'exit'],
    ['CAMERA_NOT_FOUND', 'notFound'],
  ] as const)('passes on %s as %s', async (code, reason) => {
    const { connection } = connect(() => Promise.reject(new FramewatchError(code, 'scripted')));
    expect(await connection.run(new AbortController().signal)).toMatchObject({ reason, error: { code } });
  });
});
