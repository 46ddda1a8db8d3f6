import type { JSX } from 'preact';
import { EmptyState } from './empty-state.tsx';

/** Cameras are configured, and none is watched yet. */
export function Starting(): JSX.Element {
  return (
    <EmptyState title="The program starts">
      <p>The network is being loaded. The cameras appear here by themselves.</p>
    </EmptyState>
  );
}
