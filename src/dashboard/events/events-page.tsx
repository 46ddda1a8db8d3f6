import type { JSX } from 'preact';

export function EventsPage(): JSX.Element {
  return <h1>Events</h1>;
}
