import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { virtualWindow } from './virtual-window.ts';

export interface VirtualListProps<T> {
  readonly label: string;
  /** For who hears the page instead of seeing it: how rows are reached. */
  readonly hint: string;
  readonly items: readonly T[];
  /** Of every row, px. */
  readonly rowPx: number;
  readonly keyOf: (item: T) => string;
  readonly children: (item: T, index: number) => ComponentChildren;
  /** The last rows came into sight: more can be loaded. */
  readonly onEnd?: () => void;
}

const SPARE_ROWS = 8;

/**
 * Thousands of rows of one height, of which only those in sight are in the page. It scrolls by itself, within the height that its style gives it.
 * It is one stop of the Tab key: links in rows want `tabIndex={-1}`, or who tabs would have to pass all of them.
 */
export function VirtualList<T>({ label, hint, items, rowPx, keyOf, children, onEnd }: VirtualListProps<T>): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ scrollPx: 0, heightPx: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setSeen({ scrollPx: element.scrollTop, heightPx: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  const { first, end, beforePx, afterPx } = virtualWindow({ count: items.length, rowPx, ...seen, spare: SPARE_ROWS });
  const hadFocus = box.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    // A row that is scrolled out of sight leaves the page, and the keyboard would begin at the page's top again.
    if (hadFocus && !box.current?.contains(document.activeElement)) box.current?.focus({ preventScroll: true });
  });
  useLayoutEffect(() => {
    if (items.length > 0 && end === items.length) onEnd?.();
  }, [end, items.length, onEnd]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in
    <div ref={box} class="virtual-list" role="group" aria-label={hint} tabIndex={0}>
      <ul aria-label={label} style={{ paddingTop: `${beforePx}px`, paddingBottom: `${afterPx}px` }}>
        {items.slice(first, end).map((item, index) => (
          <li key={keyOf(item)} aria-setsize={items.length} aria-posinset={first + index + 1} style={{ height: `${rowPx}px` }}>
            {children(item, first + index)}
          </li>
        ))}
      </ul>
    </div>
  );
}
