import type { ReplayedEvent } from './rule-replay.ts';

export interface KeptEvent {
  readonly before: ReplayedEvent;
  readonly after: ReplayedEvent;
  /** Its start or its end is another one. */
  readonly moved: boolean;
}

export interface Difference {
  readonly gained: readonly ReplayedEvent[];
  readonly lost: readonly ReplayedEvent[];
  readonly kept: readonly KeptEvent[];
}

/**
 * What a changed rule makes of the same frames, against what the rule makes of them. An event is kept when one of the other list overlaps it in time; where
 * several do, the first that is not taken yet. So of two events that become one, one is kept and one is lost. Both lists: one region, in the order of their starts.
 */
export function compareEvents(before: readonly ReplayedEvent[], after: readonly ReplayedEvent[]): Difference {
  const kept: KeptEvent[] = [];
  const taken = new Set<ReplayedEvent>();
  let from = 0;
  for (const old of before) {
    // Those that end before it begins end before all that follow it begin.
    while (from < after.length && endOf(after[from]) < old.startedAt) from += 1;
    for (let index = from; index < after.length; index += 1) {
      const other = after[index];
      if (!other || other.startedAt > endOf(old)) break;
      if (taken.has(other)) continue;
      taken.add(other);
      kept.push({ before: old, after: other, moved: isMoved(old, other) });
      break;
    }
  }
  const known = new Set(kept.map((each) => each.before));
  return { kept, lost: before.filter((event) => !known.has(event)), gained: after.filter((event) => !taken.has(event)) };
}

function isMoved(before: ReplayedEvent, after: ReplayedEvent): boolean {
  return (
    before.startedAt !== after.startedAt ||
    before.decidedAt !== after.decidedAt ||
    before.endedAt !== after.endedAt ||
    before.endReason !== after.endReason
  );
}

function endOf(event: ReplayedEvent | undefined): number {
  return event?.endedAt ?? Number.POSITIVE_INFINITY;
}
