import { InvalidArgumentError } from 'commander';

/** From where on: behind a message, or from a time on, wall clock, ms. */
export type Since = { readonly sequence: number } | { readonly timeMs: number };

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const TIME = /^\d{4}-\d{2}-\d{2}(?:([T ])\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** A sequence, or what `timeArgument` takes. */
export function sinceArgument(nowMs: number): (text: string) => Since {
  const time = timeArgument(nowMs);
  return (text) => {
    if (/^\d{1,15}$/.test(text)) return { sequence: Number(text) };
    return { timeMs: parsed(text, time, 'a sequence (such as 4711), a time (2026-11-22T06:11:00Z) or how long ago (2h) is needed.') };
  };
}

/** ISO 8601, local without a zone, or how long ago: `90s`, `30m`, `2h`, `3d`, `1w`. Gives wall clock, ms. */
export function timeArgument(nowMs: number): (text: string) => number {
  return (text) => {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|m|min|h|d|w)$/.exec(text) ?? [];
    if (amount !== undefined && unit !== undefined) return nowMs - Number(amount) * (UNITS[unit] ?? 0);
    const match = TIME.exec(text);
    // A day alone would be taken for one of UTC.
    const ms = match ? Date.parse(match[1] === undefined ? `${text}T00:00` : text) : Number.NaN;
    if (Number.isNaN(ms)) throw new InvalidArgumentError('a time (such as 2026-11-22T06:11:00Z) or how long ago (2h, 30m, 3d) is needed.');
    return ms;
  };
}

function parsed(text: string, time: (text: string) => number, what: string): number {
  try {
    return time(text);
  } catch {
    throw new InvalidArgumentError(what);
  }
}
