import { describe, expect, it } from 'vitest';
import type { CameraState, CameraStatus, RestartReason } from '../../src/stream/camera-status.ts';
import { CameraSupervisor } from '../../src/stream/camera-supervisor.ts';
import { ConnectGate } from '../../src/stream/connect-gate.ts';
import type { Frame } from '../../src/stream/frame.ts';
import type { SourceListener } from '../../src/stream/source.ts';
import { type ErrorCode, FramewatchError } from '../../src/util/errors.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { cameraConfig } from '../helpers/stream-cameras.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

type Script = (listener: SourceListener, signal: AbortSignal, clock: VirtualClock) => Promise<void>;

const failWith =
  (code: ErrorCode): Script =>
  () =>
    Promise.reject(new FramewatchError(code, `scripted ${code}`));

/** A packet and a picture every 200 ms, until told to end or for `ms`; then the source fails. */
const deliverFor =
  (ms: number, then: ErrorCode = 'CAMERA_EXITED'): Script =>
  (listener, signal, clock) =>
    new Promise((resolve, reject) => {
      const started = clock.monotonicMs();
      const tick = () => {
        const now = clock.monotonicMs();
        if (signal.aborted) return;
        if (now - started >= ms) return reject(new FramewatchError(then, 'scripted end'));
        listener.onPacket({ arrivedMono: now, isKey: true, bytes: 10 });
        listener.onFrame({ receivedMono: now - 5, arrivalKnown: true, decodedMono: now, width: 1, height: 1, pixels: new Uint8Array(3) });
        clock.setTimer(200, tick);
      };
      signal.addEventListener('abort', () => resolve(), { once: true });
      tick();
    });

const silence: Script = (_listener, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

function supervise(
  script: (attempt: number) => Script,
  isOpen: () => boolean | Promise<boolean> = () => true,
  enabled = true,
  onStatus: (status: CameraStatus, nowMono: number) => void = () => undefined,
) {
  const clock = new VirtualClock();
  const states: CameraState[] = [];
  const starts: number[] = [];
  const restarts: RestartReason[] = [];
  const frames: Frame[] = [];
  const supervisor = new CameraSupervisor({
    camera: cameraConfig(),
    enabled,
    endpoint: { host: 'camera', port: 554 },
    openSource: () => ({
      run(signal, listener) {
        starts.push(clock.monotonicMs());
        return script(starts.length)(listener, signal, clock);
      },
    }),
    gate: new ConnectGate(clock),
    probe: async () => isOpen(),
    clock,
    random: () => 0.5,
    log: silentLogger,
    observer: { frameReceived() {}, framesInvalid() {}, cameraUp() {}, restarted: (_, reason) => restarts.push(reason) },
    onFrame: (frame) => frames.push(frame),
    onStatus: (status) => {
      states.push(status.state);
      onStatus(status, clock.monotonicMs());
    },
  });
  supervisor.start();
  return { supervisor, clock, states, starts, restarts, frames };
}

describe('CameraSupervisor', () => {
  it('backs off further and further, and counts frames over restarts', async () => {
    const { supervisor, clock, starts, frames, states } = supervise((attempt) => (attempt === 1 ? deliverFor(1000) : failWith('CAMERA_EXITED')));
    await clock.advance(40_000);
    const waits = starts.slice(1).map((start, index) => start - (starts[index] ?? 0));
    expect(waits.slice(1, 5).map(Math.round)).toEqual([1000, 2000, 4000, 8000]);
    expect(frames.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5]);
    expect(states.slice(0, 3)).toEqual(['connecting', 'live', 'backingOff']);
    await supervisor.close();
  });

  it('forgets old failures after a minute of frames', async () => {
    const { supervisor, clock, starts } = supervise((attempt) => (attempt === 6 ? deliverFor(70_000) : failWith('CAMERA_EXITED')));
    await clock.advance(100_000);
    const sixth = starts[5] ?? 0;
    expect((starts[6] ?? 0) - sixth).toBeCloseTo(70_000 + 500, -2);
    await supervisor.close();
  });

  it('tries a refused login slowly and never knocks at the door', async () => {
    let knocks = 0;
    const { supervisor, clock, starts } = supervise(
      () => failWith('CAMERA_AUTH_FAILED'),
      () => {
        knocks += 1;
        return true;
      },
    );
    await clock.advance(600_000);
    expect(supervisor.status).toMatchObject({ state: 'authFailed', error: { code: 'CAMERA_AUTH_FAILED' } });
    expect(starts.length).toBeLessThanOrEqual(12);
    expect(starts.length).toBeGreaterThan(2);
    expect(knocks).toBe(0);
    await supervisor.close();
  });

  it('is back within 10 s of the return of a camera that was offline for an hour', async () => {
    let isThere = false;
    const { supervisor, clock, starts } = supervise(
      () => (isThere ? deliverFor(1e9) : failWith('CAMERA_UNREACHABLE')),
      () => isThere,
    );
    await clock.advance(3_600_000);
    expect(supervisor.status.state).toBe('offline');
    expect(starts).toHaveLength(1);
    isThere = true;
    await clock.advance(10_000);
    expect(supervisor.status.state).toBe('live');
    await supervisor.close();
  });

  it('sees a silent camera within 12 s', async () => {
    const { supervisor, clock, restarts } = supervise(() => silence);
    await clock.advance(12_000);
    expect(supervisor.status.error?.code).toBe('CAMERA_STALLED');
    await clock.advance(2000);
    expect(restarts).toEqual(['stalled']);
    await supervisor.close();
  });

  it('is not live any more at once, however long the child and the door take', async () => {
    const changes: { state: CameraState; atMono: number; willTry: boolean; nextTryAt: number | null }[] = [];
    const slow: Script = (listener, signal, clock) => {
      void deliverFor(1000)(listener, new AbortController().signal, clock).catch(() => undefined);
      return new Promise((resolve) => signal.addEventListener('abort', () => clock.setTimer(1000, resolve), { once: true }));
    };
    const { supervisor, clock } = supervise(
      (attempt) => (attempt === 1 ? slow : silence),
      () => new Promise((resolve) => clock.setTimer(2000, () => resolve(false))),
      true,
      ({ state, nextTryAt }, atMono) => changes.push({ state, atMono, willTry: nextTryAt !== null, nextTryAt }),
    );
    await clock.advance(20_000);
    expect(changes.map(({ state, willTry }) => `${state} ${willTry}`)).toEqual([
      'connecting false',
      'live false',
      'backingOff false',
      'offline true',
      'offline true',
    ]);
    const [, , backingOff, offline, still] = changes;
    expect(still?.nextTryAt, 'who counts down is told of each next try').toBeGreaterThan(offline?.nextTryAt ?? Number.POSITIVE_INFINITY);
    expect(backingOff?.atMono, 'the last packet came at 800 ms').toBeLessThanOrEqual(800 + 10_500);
    expect(offline?.atMono).toBe((backingOff?.atMono ?? 0) + 3000);
    await supervisor.close();
  });

  it('is not live any more when its source has ended, before anybody has come to the door', async () => {
    const { supervisor, clock } = supervise(
      () => deliverFor(1000),
      () => new Promise((resolve) => clock.setTimer(2000, () => resolve(false))),
    );
    await clock.advance(1500);
    expect(supervisor.status).toMatchObject({ state: 'backingOff', nextTryAt: null, error: { code: 'CAMERA_EXITED' } });
    await clock.advance(2000);
    expect(supervisor.status).toMatchObject({ state: 'offline', nextTryAt: expect.any(Number) });
    const closed = supervisor.close();
    await clock.advance(2000);
    await closed;
  });

  it('is not upset when somebody sets the clock', async () => {
    const { supervisor, clock, restarts, frames } = supervise(() => deliverFor(1e9));
    await clock.advance(5000);
    clock.jumpWall(3_600_000);
    await clock.advance(30_000);
    clock.jumpWall(-7_200_000);
    await clock.advance(30_000);
    expect(restarts).toEqual([]);
    expect(frames.every(({ receivedMono, decodedMono }) => decodedMono - receivedMono === 5)).toBe(true);
    await supervisor.close();
  });

  it('pauses and resumes, and leaves no timer when closed', async () => {
    const { supervisor, clock, restarts, states, frames } = supervise(() => deliverFor(1e9), undefined, false);
    await clock.advance(1000);
    expect(supervisor.status.state).toBe('disabled');
    supervisor.setEnabled(true);
    await clock.advance(1000);
    supervisor.setEnabled(false);
    await clock.advance(1000);
    expect(states.filter((state) => state !== 'connecting')).toEqual(['live', 'disabled']);
    expect(restarts).toEqual(['resumed']);
    const before = frames.length;
    await supervisor.close();
    await clock.advance(60_000);
    expect(frames.length).toBe(before);
    expect(clock.pendingTimers).toBe(0);
  });
});
