import type { JSX } from 'preact';
import type { LiveCamera } from '../state/live-camera.ts';
import { Bar } from '../ui/bar.tsx';

/** The five strongest labels of each region, moving with every verdict; under them what taught heads say. */
export function TopLabels({ live }: { readonly live: LiveCamera }): JSX.Element {
  const { regions, rules } = live.camera.value;
  const verdicts = live.verdicts.value;
  const active = live.active.value;
  const names = [...new Set([...Object.keys(regions), ...verdicts.keys()])];
  return (
    <section class="card panel labels-panel" aria-labelledby="labels-title">
      <h2 id="labels-title">Labels</h2>
      {names.length === 0 && <p class="quiet">No verdict yet.</p>}
      {names.map((region) => {
        const verdict = verdicts.get(region) ?? regions[region];
        const alarming = new Set(active.filter((one) => one.region === region).flatMap(({ rule }) => rules[rule]?.labels ?? []));
        return (
          <div key={region} class="labels">
            {names.length > 1 && <h3>{region}</h3>}
            {verdict?.top.map(({ label, score }) => (
              <Bar key={label} label={label} value={score} tone={alarming.has(label) ? 'alarm' : 'plain'} />
            ))}
            {Object.entries(verdict?.heads ?? {}).map(([head, { label, score }]) => (
              <Bar key={head} label={`${head}: ${label}`} value={score} tone={alarming.has(`${head}/${label}`) ? 'alarm' : 'plain'} />
            ))}
          </div>
        );
      })}
    </section>
  );
}
