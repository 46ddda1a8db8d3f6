/** A place among the children of an element. */
interface Place {
  readonly parent: Element;
  readonly index: number;
}

/** What was focused last, and where it stood: from its own place up to that of the page. */
interface Focused {
  readonly element: Element;
  readonly href: string | null;
  readonly places: readonly Place[];
}

const TAKES_FOCUS = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), [tabindex="0"]';

/**
 * Where the focused element leaves the page (a button that has done its work, a tile that a filter no longer shows), the keyboard would begin at the page's top again. The
 * focus goes to the same link where it stands now, else to what took its place. Whoever has clicked elsewhere meanwhile is left alone.
 */
export function keepFocus(): void {
  let last: Focused | null = null;
  document.addEventListener('focusin', ({ target }) => {
    last = target instanceof Element ? { element: target, href: target.getAttribute('href'), places: placesOf(target) } : null;
  });
  document.addEventListener('pointerdown', () => {
    last = null;
  });
  new MutationObserver(() => {
    if (last === null || last.element.isConnected || document.activeElement !== document.body) return;
    const next = sameLink(last) ?? successor(last) ?? document.querySelector<HTMLElement>('main');
    last = null;
    next?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}

function placesOf(element: Element): readonly Place[] {
  const places: Place[] = [];
  for (let child = element; child.parentElement && child !== document.body; child = child.parentElement) {
    places.push({ parent: child.parentElement, index: [...child.parentElement.children].indexOf(child) });
  }
  return places;
}

function sameLink({ href }: Focused): HTMLElement | undefined {
  return href === null ? undefined : [...document.querySelectorAll<HTMLElement>('main a')].find((link) => link.getAttribute('href') === href);
}

/** The nearest that stands after where it stood, or before: first within the same element, then within the one around it. */
function successor({ places }: Focused): HTMLElement | undefined {
  for (const { parent, index } of places) {
    if (!parent.isConnected) continue;
    const children = [...parent.children];
    for (const child of [...children.slice(index), ...children.slice(0, index).reverse()]) {
      const found = child.matches(TAKES_FOCUS) ? child : child.querySelector(TAKES_FOCUS);
      if (found instanceof HTMLElement && found.checkVisibility()) return found;
    }
  }
  return undefined;
}
