import { describe, expect, it } from 'vitest';
import { Watched } from '../../../src/dashboard/state/watched.ts';

describe('Watched', () => {
  it('watches what is held at least once, and tells only of changes', () => {
    let changes = 0;
    const watched = new Watched(() => {
      changes += 1;
    });
    const first = watched.add('yard');
    const second = watched.add('yard');
    expect([[...watched.ids()], changes]).toEqual([['yard'], 1]);
    first();
    first();
    expect([[...watched.ids()], changes]).toEqual([['yard'], 1]);
    second();
    expect([[...watched.ids()], changes]).toEqual([[], 2]);
  });
});
