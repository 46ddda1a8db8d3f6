import type { JSX } from 'preact';

export function WallPage(): JSX.Element {
  return <h1>Wall</h1>;
}
