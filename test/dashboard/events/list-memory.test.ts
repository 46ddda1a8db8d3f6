import { expect, it } from 'vitest';
import { EventPages } from '../../../src/dashboard/events/event-pages.ts';
import { keepList, keptList, listPath } from '../../../src/dashboard/events/list-memory.ts';

it('keeps the list that was left last, for its own filter only', () => {
  expect([keptList('1'), listPath()]).toEqual([null, '/events']);
  const pages = new EventPages(
    () => Promise.reject(new Error('not asked')),
    ({ id }) => id,
  );
  const memory = { key: '1?rule=a', path: '/events?rule=a', pages, scrollPx: 760 };
  keepList(memory);
  expect([keptList('1?rule=a'), keptList('2?rule=a'), listPath()]).toEqual([memory, null, '/events?rule=a']);
});
