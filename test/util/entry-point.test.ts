import { describe, expect, it } from 'vitest';
import { builtEntryPoint } from '../../src/util/entry-point.ts';

describe('builtEntryPoint', () => {
  it('is the sibling in the built program, and the built file under the test runner', () => {
    expect(builtEntryPoint('file:///opt/framewatch/dist/store/store.js', 'store-worker')).toBe('/opt/framewatch/dist/store/store-worker.js');
    expect(builtEntryPoint('file:///home/src/framewatch/src/store/store.ts', 'store-worker')).toBe('/home/src/framewatch/dist/store/store-worker.js');
  });
});
