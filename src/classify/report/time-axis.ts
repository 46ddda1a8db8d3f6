import { duration, fileTime } from '../file-time.ts';
import { type Html, html } from './html.ts';

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400] as const;
const MOST_TICKS = 8;

/** Round times along a line of `durationMs`. */
export function timeAxis(durationMs: number): Html {
  const step = 1000 * (STEPS_S.find((seconds) => durationMs / (seconds * 1000) <= MOST_TICKS) ?? durationMs / 1000 / MOST_TICKS);
  const count = Math.floor(durationMs / step + 1e-9);
  const ticks = Array.from({ length: count + 1 }, (_, index) => {
    const last = (index * step) / durationMs > 0.94 ? ' last' : '';
    return html`<span class="tick${last}" style="left:${along(index * step, durationMs)}">${tickText(index * step, step, durationMs)}</span>`;
  });
  return html`<div class="axis" aria-hidden="true">${ticks}</div>`;
}

/** As short as can be told apart: eight of them stand side by side. */
function tickText(ms: number, step: number, durationMs: number): string {
  // Of the steps below a second none needs more than tenths.
  const text = step < 1000 ? fileTime(ms).slice(0, -2) : duration(ms);
  return durationMs < 3_600_000 ? text.slice(2).replace(/^0/, '') : text;
}

/** A place along a line of `durationMs`, as CSS has it. */
export function along(ms: number, durationMs: number): string {
  return `${(Math.min(1, Math.max(0, ms / durationMs)) * 100).toFixed(3)}%`;
}
