import type { JSX } from 'preact';

export function EventPage({ id }: { readonly id: string }): JSX.Element {
  return <h1>Event {id}</h1>;
}
