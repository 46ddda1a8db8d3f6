/** A time in a file, for people: `h:mm:ss.mmm`. Negative ones count as 0. */
export function fileTime(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  return `${clock(Math.floor(whole / 1000))}.${String(whole % 1000).padStart(3, '0')}`;
}

/** How long something takes: `h:mm:ss`. Negative ones count as 0. */
export function duration(ms: number): string {
  return clock(Math.max(0, Math.round(ms / 1000)));
}

function clock(seconds: number): string {
  const two = (part: number) => String(part % 60).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
}
