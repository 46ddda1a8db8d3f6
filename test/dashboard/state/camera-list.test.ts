import { expect, it } from 'vitest';
import { cameraList, withoutCamera } from '../../../src/dashboard/state/camera-list.ts';
import type { Camera } from '../../../src/dashboard/state/messages.ts';

const camera = (id: string, over: Partial<Camera> = {}) => ({ id, name: id, state: 'live', rules: {}, regions: {}, ...over }) as Camera;

it('takes out a camera that a reload removed, and has one that it added where it stands in the configuration', () => {
  const before = cameraList(null, [camera('a'), camera('b'), camera('c')]);
  const after = cameraList(before, [camera('new'), camera('c', { name: 'renamed' }), camera('a')]);
  expect([...after.keys()]).toEqual(['new', 'c', 'a']);
  expect(after.get('c')).toBe(before.get('c'));
  expect(after.get('c')?.camera.value.name).toBe('renamed');
});

it('is the same list when only numbers moved', () => {
  const before = cameraList(null, [camera('a'), camera('b')]);
  expect(cameraList(before, [camera('a', { restarts: 3 }), camera('b')])).toBe(before);
  expect(before.get('a')?.camera.value.restarts).toBe(3);
});

it('forgets one that the daemon does not know any more', () => {
  const before = cameraList(null, [camera('a'), camera('b')]);
  expect([...withoutCamera(before, 'a').keys()]).toEqual(['b']);
  expect(withoutCamera(before, 'other')).toBe(before);
});
