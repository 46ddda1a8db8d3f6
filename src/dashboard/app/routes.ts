/** The pages; src/http/api.ts has the same paths. */
export type Route =
  | { readonly page: 'wall' }
  | { readonly page: 'camera'; readonly id: string }
  | { readonly page: 'events' }
  | { readonly page: 'event'; readonly id: string }
  | { readonly page: 'system' }
  | { readonly page: 'unknown' };

/** Of the path of an address. */
export function routeOf(path: string): Route {
  const [, first = '', second, ...more] = path.split('/');
  const id = second === undefined || second === '' ? null : decoded(second);
  if (more.length > 0) return { page: 'unknown' };
  if (first === '' && second === undefined) return { page: 'wall' };
  if (first === 'camera' && id !== null) return { page: 'camera', id };
  if (first === 'events' && second === undefined) return { page: 'events' };
  if (first === 'events' && id !== null) return { page: 'event', id };
  if (first === 'system' && second === undefined) return { page: 'system' };
  return { page: 'unknown' };
}

export function pathOf(route: Exclude<Route, { page: 'unknown' }>): string {
  if (route.page === 'wall') return '/';
  if (route.page === 'camera') return `/camera/${encodeURIComponent(route.id)}`;
  if (route.page === 'event') return `/events/${encodeURIComponent(route.id)}`;
  return `/${route.page}`;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
