import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOf, routeOf } from '../../../src/dashboard/app/routes.ts';

describe('routes', () => {
  it.each([
    ['/', { page: 'wall' }],
    ['/camera/yard', { page: 'camera', id: 'yard' }],
    ['/events', { page: 'events' }],
    ['/events/01JD', { page: 'event', id: '01JD' }],
    ['/system', { page: 'system' }],
    ['/camera', { page: 'unknown' }],
    ['/camera/', { page: 'unknown' }],
    ['/camera/a/b', { page: 'unknown' }],
    ['/camera/%', { page: 'unknown' }],
    ['/login', { page: 'unknown' }],
    ['/system/x', { page: 'unknown' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('are found again by their path', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (id) => {
        for (const page of ['camera', 'event'] as const) expect(routeOf(pathOf({ page, id }))).toEqual({ page, id });
      }),
    );
    for (const page of ['wall', 'events', 'system'] as const) expect(routeOf(pathOf({ page }))).toEqual({ page });
  });
});
