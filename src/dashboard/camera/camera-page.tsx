import type { JSX } from 'preact';

export function CameraPage({ id }: { readonly id: string }): JSX.Element {
  return <h1>{id}</h1>;
}
