import type { EventPages } from './event-pages.ts';

/** The list that was left for one of its events: coming back, the reader finds it as it was. One only. */
export interface ListMemory {
  /** Names filter and history. */
  readonly key: string;
  /** The address of the list. */
  readonly path: string;
  readonly pages: EventPages;
  scrollPx: number;
}

let kept: ListMemory | null = null;

export function keepList(memory: ListMemory): void {
  kept = memory;
}

export function keptList(key: string): ListMemory | null {
  return kept?.key === key ? kept : null;
}

/** Where a way back from an event leads. */
export function listPath(): string {
  return kept?.path ?? '/events';
}
