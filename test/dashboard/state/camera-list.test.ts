import { expect, it } from 'vitest';
import { CameraList } from '../../../src/dashboard/state/camera-list.ts';
import { exampleCamera } from '../../helpers/http-stage.ts';

const idsOf = ({ cameras }: CameraList) => cameras.value && [...cameras.value.keys()];
const greeted = (...ids: readonly string[]) => {
  const list = new CameraList();
  list.greeted(ids.map((id) => exampleCamera(id)));
  return list;
};

it('keeps its cameras, and the very same, while the daemon starts again and does not know them yet', () => {
  const list = greeted('yard', 'door');
  const yard = list.cameras.value?.get('yard');
  list.greeted([]);
  for (let polls = 0; polls < 3; polls += 1) {
    list.told([]);
    list.denied('yard');
  }
  expect(idsOf(list)).toEqual(['yard', 'door']);
  list.update(exampleCamera('yard', 'The yard'));
  list.running();
  expect(list.cameras.value?.get('yard')).toBe(yard);
  expect(yard?.camera.value.name).toBe('The yard');
  // It runs now, and has no door any more.
  list.told([exampleCamera('yard')]);
  list.told([exampleCamera('yard')]);
  expect(idsOf(list)).toEqual(['yard']);
});

it('is unknown until the daemon greets, and takes over what it greets with, in its order', () => {
  expect(idsOf(new CameraList())).toBeNull();
  expect(idsOf(greeted())).toEqual([]);
  const list = greeted('yard', 'door');
  list.greeted([exampleCamera('gate'), exampleCamera('yard')]);
  expect(idsOf(list)).toEqual(['gate', 'yard']);
});

it('takes out what two answers in a row do not have, and has a new one where it stands in the configuration', () => {
  const list = greeted('a', 'b', 'c');
  const c = list.cameras.value?.get('c');
  const answer = [exampleCamera('new'), exampleCamera('c', 'renamed'), exampleCamera('a')];
  list.told(answer);
  expect(idsOf(list)).toEqual(['a', 'b', 'c', 'new']);
  list.told(answer);
  expect(idsOf(list)).toEqual(['new', 'c', 'a']);
  expect(list.cameras.value?.get('c')).toBe(c);
  expect(c?.camera.value.name).toBe('renamed');
});

it('keeps one that is away for a moment, as when it is configured anew', () => {
  const list = greeted('a', 'b');
  const before = list.cameras.value;
  for (const ids of [['a'], ['a', 'b'], ['a']]) list.told(ids.map((id) => exampleCamera(id)));
  expect(list.cameras.value).toBe(before);
});

it('is the same list when only what is known of its cameras moved', () => {
  const list = greeted('a', 'b');
  const before = list.cameras.value;
  list.told([exampleCamera('a', 'renamed'), exampleCamera('b')]);
  expect(list.cameras.value).toBe(before);
  expect(before?.get('a')?.camera.value.name).toBe('renamed');
});

it('forgets one that the daemon twice says it does not know, and does not mind one that it never knew', () => {
  const list = greeted('a', 'b');
  list.running();
  for (const id of ['a', 'other']) list.denied(id);
  expect(idsOf(list)).toEqual(['a', 'b']);
  for (const id of ['a', 'other']) list.denied(id);
  expect(idsOf(list)).toEqual(['b']);
});
