import { expect, it } from 'vitest';
import { AppState } from '../../../src/dashboard/state/app-state.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

it('tells the pages to read again when another history begins, not when the first comes', () => {
  const state = new AppState();
  state.history([labelEvent(1)]);
  expect([state.historyEpoch.value, state.events.value.map(({ sequence }) => sequence)]).toEqual([0, [1]]);
  state.history([labelEvent(7)]);
  expect([state.historyEpoch.value, state.events.value.map(({ sequence }) => sequence)]).toEqual([1, [7]]);
});
