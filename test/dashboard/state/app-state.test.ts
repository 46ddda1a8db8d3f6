import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppState } from '../../../src/dashboard/state/app-state.ts';
import type { Camera, HelloMessage } from '../../../src/dashboard/state/messages.ts';

const camera = (id: string, over: Partial<Camera> = {}) => ({ id, name: id, state: 'live', rules: {}, regions: {}, ...over }) as Camera;
const hello = (cameras: readonly Camera[]): HelloMessage => ({
  ...{ type: 'hello', version: '1.2.3', storeId: 'store', sequence: 0, loggedIn: false },
  cameras,
});

// Changes wait for the next frame to be drawn: here each is one.
beforeEach(() => {
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  vi.stubGlobal('requestAnimationFrame', (draw: () => void) => {
    queueMicrotask(draw);
    return 1;
  });
});
afterEach(() => void vi.unstubAllGlobals());
const drawn = () => new Promise((resolve) => setImmediate(resolve));

it('takes a camera that a reload removed off the wall, and puts one that it added where it stands in the configuration', async () => {
  const state = new AppState();
  state.hello(hello([camera('a'), camera('b'), camera('c')]));
  const kept = state.camera('c');
  state.camerasPolled([camera('new'), camera('c', { name: 'renamed' }), camera('a')]);
  await drawn();
  expect([...(state.cameras.value?.keys() ?? [])]).toEqual(['new', 'c', 'a']);
  expect(state.camera('c')).toBe(kept);
  expect(kept?.camera.value.name).toBe('renamed');
});

it('forgets a camera that the daemon does not know any more', async () => {
  const state = new AppState();
  state.hello(hello([camera('a'), camera('b')]));
  state.cameraPolled(camera('b', { name: 'renamed' }));
  state.cameraGone('a');
  await drawn();
  expect([...(state.cameras.value?.values() ?? [])].map(({ camera: { value } }) => value.name)).toEqual(['renamed']);
});

it('knows the time of a daemon whose clock differs before its first stats come', () => {
  const state = new AppState();
  state.clockHeard(Date.now() + 600_000);
  expect(Math.abs(state.daemonNow() - Date.now() - 600_000)).toBeLessThan(5_000);
});

it('is not drawn anew as a whole when only numbers moved', async () => {
  const state = new AppState();
  state.hello(hello([camera('a'), camera('b')]));
  const before = state.cameras.value;
  state.camerasPolled([camera('a', { restarts: 3 }), camera('b')]);
  await drawn();
  expect(state.cameras.value).toBe(before);
  expect(state.camera('a')?.camera.value.restarts).toBe(3);
});
