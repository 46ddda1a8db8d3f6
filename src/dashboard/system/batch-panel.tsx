import type { JSX } from 'preact';
import { Fact } from '../ui/fact.tsx';
import { flushWords } from '../ui/flush-words.ts';
import { percent } from '../ui/words.ts';
import { histogram } from './histogram.ts';
import type { SystemStats } from './system-stats.ts';

/** How many pictures travel together, and why batches start when they do. */
export function BatchPanel({ stats: { batches, engine } }: { readonly stats: SystemStats }): JSX.Element {
  const bars = histogram(batches.sizes, engine?.batchSizes);
  const reasons = Object.entries(batches.flushReasons)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a);
  return (
    <section class="card panel" aria-labelledby="batches-title">
      <h2 id="batches-title">
        Batches <span class="quiet">by number of pictures, since the start</span>
      </h2>
      <ol class="histogram" aria-label="Batches by number of pictures">
        {bars.map(({ size, count, share, height }) => (
          <li key={size}>
            <span class="visually-hidden">
              {size} {size === 1 ? 'picture' : 'pictures'}: {count.toLocaleString()} batches, {percent(share)}
            </span>
            <span class="histogram-share" aria-hidden="true">
              {count > 0 && percent(share)}
            </span>
            <span class="histogram-track" aria-hidden="true">
              <span class="histogram-bar" style={{ transform: `scaleY(${height})` }} />
            </span>
            <span class="histogram-size" aria-hidden="true">
              {size}
            </span>
          </li>
        ))}
      </ol>
      <dl class="facts">
        <Fact name="Batches">
          {batches.count.toLocaleString()}, {batches.perSecond.toFixed(1)} /s
        </Fact>
        <Fact name="Mean size">{batches.meanSize === null ? '–' : batches.meanSize.toFixed(2)}</Fact>
        {reasons.map(([reason, count]) => (
          <Fact key={reason} name={percent(count / Math.max(1, batches.count))}>
            {flushWords(reason)}
          </Fact>
        ))}
      </dl>
    </section>
  );
}
