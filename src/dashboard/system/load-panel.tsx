import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import { Fact } from '../ui/fact.tsx';
import { percent } from '../ui/words.ts';
import { loadOf } from './load.ts';
import type { ConfigReport, SystemStats } from './system-stats.ts';

/** What is asked, what is done, and what the engine could do. */
export function LoadPanel({ stats, config }: { readonly stats: SystemStats; readonly config: ConfigReport | null }): JSX.Element {
  const { state } = useSession();
  const cameras = [...(state.cameras.value?.values() ?? [])].map(({ camera }) => camera.value);
  const { asked, capacity, bestSize, share } = loadOf(cameras, stats.engine, (id) => {
    const regions = config?.config.cameras[id]?.regions;
    return regions && Object.keys(regions).length;
  });
  const { received, classified } = stats.framesPerSecond;
  const drops = Object.entries(stats.drops).filter(([, count]) => count > 0);
  const whole = Math.max(asked, capacity ?? 0, classified, 1);
  const place = (value: number) => `scaleX(${Math.min(1, value / whole)})`;
  return (
    <section class="card panel" aria-labelledby="load-title">
      <h2 id="load-title">
        Load{' '}
        {share !== null && (
          <span class={share > 1 ? 'over' : 'quiet'}>
            {share < 0.01 ? 'less than 1 %' : percent(share)} of what the network can do{share > 1 ? ': more is asked than that' : ''}
          </span>
        )}
      </h2>
      <dl class="load-bars">
        <LoadBar words="asked" value={asked} transform={place(asked)} tone={share !== null && share > 1 ? 'alarm' : 'plain'} />
        <LoadBar words="judged" value={classified} transform={place(classified)} tone="plain" />
        {capacity !== null && (
          <LoadBar words={`possible, in batches of ${bestSize ?? 0}`} value={capacity} transform={place(capacity)} tone="quiet" />
        )}
      </dl>
      <dl class="facts">
        <Fact name="Arriving">{received.toFixed(1)} pictures/s</Fact>
        <Fact name="Too late">{stats.deadlineMissed.toLocaleString()}</Fact>
        <Fact name="Dropped">{drops.length === 0 ? 'none' : drops.map(([reason, count]) => `${count.toLocaleString()} ${reason}`).join(', ')}</Fact>
        {stats.boundsInfeasible > 0 && (
          <Fact name="Bounds">
            {stats.boundsInfeasible === 1 ? 'one camera has a bound' : `${stats.boundsInfeasible} cameras have bounds`} that no load is low enough for
          </Fact>
        )}
      </dl>
    </section>
  );
}

interface LoadBarProps {
  readonly words: string;
  readonly value: number;
  readonly transform: string;
  readonly tone: 'plain' | 'alarm' | 'quiet';
}

function LoadBar({ words, value, transform, tone }: LoadBarProps): JSX.Element {
  return (
    <div>
      <dt>{words}</dt>
      <dd>
        <span class="load-track" aria-hidden="true">
          <span class={`load-fill ${tone}`} style={{ transform }} />
        </span>
        <span class="load-value">{value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString()} /s</span>
      </dd>
    </div>
  );
}
