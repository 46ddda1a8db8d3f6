const STEPS: Readonly<Record<string, -1 | 1>> = { ArrowUp: -1, ArrowDown: 1 };

/** Arrows go from row to row, and from the list itself to the first row in sight. */
export function walkRows(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const step = STEPS[event.key];
  if (step === undefined || event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return;
  const row = event.target.closest('li');
  const scroller = event.currentTarget.querySelector('.virtual-list');
  const next = row ? (step === 1 ? row.nextElementSibling : row.previousElementSibling) : scroller && firstInSight(scroller);
  const link = next?.querySelector('a');
  if (!link) return;
  event.preventDefault();
  link.focus();
  link.scrollIntoView({ block: 'nearest' });
}

function firstInSight(scroller: Element): Element | undefined {
  const { top } = scroller.getBoundingClientRect();
  return [...scroller.querySelectorAll('li')].find((row) => row.getBoundingClientRect().top >= top - 1);
}
