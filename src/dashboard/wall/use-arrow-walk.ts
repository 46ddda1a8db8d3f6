import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import { walk } from './arrow-walk.ts';

/** Arrow keys, Home and End walk over the links inside; only one of them is a stop of the Tab key, the one that had the focus last. */
export function useArrowWalk(list: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = list.current;
    if (!root) return;
    const links = () => [...root.querySelectorAll<HTMLAnchorElement>('a')];
    const keys = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const all = links();
      const focused = document.activeElement;
      const from = focused instanceof HTMLAnchorElement ? all.indexOf(focused) : -1;
      if (from === -1) return;
      if (event.key === 'Escape') all[from]?.blur();
      const to = walk(
        all.map((link) => (link.closest('li') ?? link).getBoundingClientRect()),
        from,
        event.key,
      );
      if (to === from) return;
      event.preventDefault();
      all[to]?.focus();
      all[to]?.closest('li')?.scrollIntoView({ block: 'nearest' });
    };
    const onlyStop = () => {
      const all = links();
      const stop = all.find((link) => link === document.activeElement) ?? all.find((link) => link.tabIndex === 0) ?? all[0];
      for (const link of all) {
        const index = link === stop ? 0 : -1;
        if (link.tabIndex !== index) link.tabIndex = index;
      }
    };
    onlyStop();
    const observer = new MutationObserver(onlyStop);
    observer.observe(root, { childList: true, subtree: true });
    root.addEventListener('keydown', keys);
    root.addEventListener('focusin', onlyStop);
    return () => {
      observer.disconnect();
      root.removeEventListener('keydown', keys);
      root.removeEventListener('focusin', onlyStop);
    };
  }, [list]);
}
