import { expect, it } from 'vitest';
import { RecentMap } from '../../src/feed-check/recent-map.ts';

it('forgets those that were set longest ago', () => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([3, undefined, 4, 2]);
  map.clear();
  expect([map.get('a'), map.size]).toEqual([undefined, 0]);
});
