import { type Signal, signal } from '@preact/signals';

/** Path and query of the address, as the router shows them. */
export interface Place {
  readonly path: string;
  readonly search: string;
}

export const place: Signal<Place> = signal(here());

/** To another page of ours. `replace`: without a step to go back to, for filters that move with every key. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  const before = place.peek().path;
  place.value = here();
  if (place.peek().path !== before) scrollTo(0, 0);
}

/** Takes over plain clicks on links to our own pages, and the browser's back and forward. */
export function startNavigation(isOurs: (path: string) => boolean): void {
  addEventListener('popstate', () => {
    place.value = here();
  });
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin || !isOurs(link.pathname)) return;
    event.preventDefault();
    if (link.pathname + link.search !== location.pathname + location.search) navigate(link.pathname + link.search);
  });
}

function here(): Place {
  return { path: location.pathname, search: location.search };
}
