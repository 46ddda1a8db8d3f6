import { expect, it } from 'vitest';
import { MissingCameras } from '../../../src/dashboard/state/missing-cameras.ts';

it('knows a camera as gone when two answers in a row do not have it', () => {
  const missing = new MissingCameras();
  const told = (asked: readonly string[], present: readonly string[]) => [...missing.answered(asked, new Set(present))];
  expect(told(['a', 'b'], ['a'])).toEqual([]);
  // Configured anew: it is back.
  expect(told(['a', 'b'], ['a', 'b'])).toEqual([]);
  expect(told(['a', 'b'], ['a'])).toEqual([]);
  // An answer about another one says nothing of it.
  expect(told(['a'], ['a'])).toEqual([]);
  expect(told(['b'], [])).toEqual(['b']);
  expect(told(['a'], [])).toEqual([]);
  expect(told(['a'], [])).toEqual(['a']);
});
