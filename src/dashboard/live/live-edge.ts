/** A stretch of the stream that the browser has, s. */
export interface BufferedRange {
  readonly start: number;
  readonly end: number;
}

/** Further behind than this one jumps to the newest picture, s … */
const MOST_BEHIND = 1.5;
/** … as soon as it is this far behind the edge when nobody saw it play; a jump costs a moment, too … */
const LITTLE_BEHIND = 0.2;
/** … but not quite: so much is kept in hand, or playing would stop at each picture that comes a little late. */
const IN_HAND = 0.3;
/** So little ahead is nothing: it stands at a gap, as after pictures that were left out. */
const NOTHING_AHEAD = 0.05;
/** Of the past so much may pile up before it is thrown away, and so much of it is kept, s. */
const MOST_PAST = 20;
const KEPT_PAST = 8;

/** Where to go on playing; null: it is well where it is. `stood`: nobody saw it play until now, so that a jump takes nothing away. */
export function seekTarget(position: number, ranges: readonly BufferedRange[], stood: boolean = false): number | null {
  const newest = ranges.at(-1);
  if (!newest) return null;
  const edge = Math.max(newest.start, newest.end - IN_HAND);
  if (stood && edge - position > LITTLE_BEHIND) return edge;
  const here = ranges.find(({ start, end }) => position >= start && position <= end);
  if (!here) return edge;
  if (newest.end - position > MOST_BEHIND) return edge;
  const standsAtGap = here !== newest && here.end - position <= NOTHING_AHEAD;
  return standsAtGap ? edge : null;
}

/** What of the past can go; null while it is not worth the trouble. `urgently`: the browser has no room left, all that is not needed must go. */
export function disposablePast(position: number, ranges: readonly BufferedRange[], urgently: boolean = false): BufferedRange | null {
  const [oldest] = ranges;
  if (!oldest) return null;
  const end = position - (urgently ? 1 : KEPT_PAST);
  const isWorthIt = urgently ? end > oldest.start : position - oldest.start > MOST_PAST;
  return isWorthIt ? { start: oldest.start, end } : null;
}
