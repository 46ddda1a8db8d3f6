import type { JSX } from 'preact';
import { MINUTES } from './time-axis.ts';

/** Below a chart: how long ago that was. */
export function MinuteMarks({ chartPx, y }: { readonly chartPx: number; readonly y: number }): JSX.Element {
  const minutes = Array.from({ length: MINUTES }, (_, minute) => minute);
  return (
    <>
      {minutes
        .filter((minute) => chartPx > 300 || minute % 2 === 0)
        .map((minute) => (
          <text key={minute} x={(minute / MINUTES) * chartPx} y={y}>
            −{MINUTES - minute} min
          </text>
        ))}
    </>
  );
}
