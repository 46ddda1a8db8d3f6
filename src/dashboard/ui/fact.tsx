import type { ComponentChildren, JSX } from 'preact';

/** One line of a list of facts (`dl.facts`). */
export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
