import type { ComponentChildren, JSX } from 'preact';

/** In place of a list that has nothing to show: says why, and what to do. */
export function EmptyState({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty-state">
      <h1>{title}</h1>
      {children}
    </div>
  );
}
