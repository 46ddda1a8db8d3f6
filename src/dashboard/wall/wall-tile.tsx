import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { pathOf } from '../app/routes.ts';
import { useSession } from '../app/session.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import { pictureAgeMs } from '../state/picture-age.ts';
import { tick } from '../state/ticker.ts';
import { Badge } from '../ui/badge.tsx';
import { Bar } from '../ui/bar.tsx';
import { PictureCanvas } from '../ui/picture-canvas.tsx';
import { coverageInWords, duration, stateInWords, toneOf } from '../ui/words.ts';
import { nextTry, staleWhy } from './stale-reason.ts';
import type { Observe } from './use-visible-watch.ts';

/** One camera on the wall. Each part reads its own signals, so that a new score moves a bar and nothing else. */
export function WallTile({ live, observe }: { readonly live: LiveCamera; readonly observe: Observe }): JSX.Element {
  const root = useRef<HTMLLIElement>(null);
  const id = useId();
  useEffect(() => (root.current ? observe(root.current) : undefined), [observe]);
  const isActive = useComputed(() => live.active.value.length > 0);
  const isStale = useComputed(() => staleWhy(live.camera.value) !== null);
  const name = useComputed(() => live.camera.value.name);
  return (
    <li ref={root} class="wall-cell" data-camera={live.id}>
      <article class={`tile card ${isActive.value ? 'active' : ''} ${isStale.value ? 'stale' : ''}`}>
        <div class="tile-picture">
          <PictureCanvas live={live} label={`What the network saw last at ${name.value}`} />
          <StaleNote live={live} />
          <ActiveRules live={live} />
        </div>
        <div class="tile-facts">
          <div class="tile-head">
            <a class="tile-name" href={pathOf({ page: 'camera', id: live.id })} aria-describedby={`${id}-state ${id}-verdict`}>
              {name}
            </a>
            <span id={`${id}-state`} class="tile-state">
              <StateBadge live={live} />
            </span>
          </div>
          <div id={`${id}-verdict`} class="tile-verdict">
            <Verdict live={live} />
          </div>
          <Times live={live} />
        </div>
      </article>
    </li>
  );
}

function StateBadge({ live }: { readonly live: LiveCamera }): JSX.Element {
  const { state, coverage } = live.camera.value;
  if (state === 'live' && coverage && coverage.state !== 'watching')
    return <Badge tone="warn" words={coverage.state === 'blind' ? 'not watched' : 'reduced'} />;
  return <Badge tone={toneOf(state)} words={stateInWords(state)} />;
}

function StaleNote({ live }: { readonly live: LiveCamera }): JSX.Element | null {
  const { state } = useSession();
  const why = useComputed(() => staleWhy(live.camera.value));
  const next = useComputed(() => {
    tick.value;
    return nextTry(live.camera.value, state.daemonNow());
  });
  const hasPicture = live.tile.value !== null;
  if (why.value === null) return hasPicture ? null : <span class="tile-note">no picture yet</span>;
  return (
    <span class="tile-note why">
      <span class="tile-why" title={why.value}>
        {why}
      </span>
      {next.value !== null && (
        <span class="tile-next">
          <span class="visually-hidden">, </span>
          {next}
        </span>
      )}
    </span>
  );
}

function ActiveRules({ live }: { readonly live: LiveCamera }): JSX.Element | null {
  const active = live.active.value;
  if (active.length === 0) return null;
  return (
    <span class="tile-rules">
      {active.map(({ rule, region }) => (
        <span key={`${rule} ${region}`} class="tile-rule">
          {region === 'full' ? rule : `${rule} · ${region}`}
        </span>
      ))}
    </span>
  );
}

/** The strongest label of each region; of one that was not judged while this page watched, what the daemon said of it. */
function Verdict({ live }: { readonly live: LiveCamera }): JSX.Element {
  const { regions, rules } = live.camera.value;
  const verdicts = live.verdicts.value;
  const names = new Set([...Object.keys(regions), ...verdicts.keys()]);
  if (names.size === 0) return <span class="quiet">no verdict yet</span>;
  // Red is the label that a rule holds for, not whatever is strongest meanwhile.
  const alarming = new Set(live.active.value.flatMap(({ rule, region }) => (rules[rule]?.labels ?? []).map((label) => `${region} ${label}`)));
  return (
    <>
      {[...names].map((region) => {
        const strongest = verdicts.get(region)?.top[0] ?? regions[region];
        return (
          strongest && (
            <Bar
              key={region}
              value={strongest.score}
              label={names.size === 1 ? strongest.label : `${region}: ${strongest.label}`}
              tone={alarming.has(`${region} ${strongest.label}`) ? 'alarm' : 'plain'}
            />
          )
        );
      })}
    </>
  );
}

function Times({ live }: { readonly live: LiveCamera }): JSX.Element {
  const { state } = useSession();
  const age = useComputed(() => {
    const tile = live.tile.value;
    if (tile === null) return '';
    return `${duration(pictureAgeMs(tile, live.camera.value, { daemonNowMs: state.daemonNow(), nowMs: tick.value }))} old`;
  });
  const { latencyMs, bound, coverage, state: cameraState } = live.camera.value;
  const p95 = latencyMs.p95 === null ? '' : `p95 ${Math.round(latencyMs.p95)} ms`;
  const reduced = cameraState === 'live' && coverage?.state === 'reduced' ? coverageInWords(coverage) : '';
  const warning = bound.message === null ? reduced : 'its bound cannot be kept';
  return (
    <span class="tile-times">
      <span class="tile-age">{age}</span>
      <span class="tile-warning" title={bound.message ?? reduced}>
        {warning}
      </span>
      <span>{p95}</span>
    </span>
  );
}
