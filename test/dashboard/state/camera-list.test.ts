import { expect, it } from 'vitest';
import { CameraList } from '../../../src/dashboard/state/camera-list.ts';
import { exampleCamera } from '../../helpers/http-stage.ts';

const idsOf = ({ cameras }: CameraList) => cameras.value && [...cameras.value.keys()];

it('keeps its cameras, and the very same, while the daemon starts again and does not know them yet', () => {
  const list = new CameraList();
  list.greeted([exampleCamera('yard'), exampleCamera('door')]);
  const yard = list.cameras.value?.get('yard');
  list.greeted([]);
  for (let polls = 0; polls < 3; polls += 1) list.answered(['yard', 'door'], []);
  expect(idsOf(list)).toEqual(['yard', 'door']);
  list.update(exampleCamera('yard', 'The yard'));
  list.running();
  expect(list.cameras.value?.get('yard')).toBe(yard);
  expect(yard?.camera.value.name).toBe('The yard');
  // It runs now, and has no door any more.
  list.answered(['yard', 'door'], ['yard']);
  list.answered(['yard', 'door'], ['yard']);
  expect(idsOf(list)).toEqual(['yard']);
});

it('does not say that there is no camera before the daemon has started', () => {
  const list = new CameraList();
  list.greeted([]);
  list.answered([], []);
  expect(idsOf(list)).toBeNull();
  list.running();
  expect(idsOf(list)).toEqual([]);
});

it('takes over what the daemon greets with, in its order', () => {
  const list = new CameraList();
  list.greeted([exampleCamera('yard'), exampleCamera('door')]);
  list.greeted([exampleCamera('gate'), exampleCamera('yard')]);
  expect(idsOf(list)).toEqual(['gate', 'yard']);
});
