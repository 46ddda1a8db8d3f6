import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import './wall.css';
import { navigate, place } from '../app/navigation.ts';
import { useSession } from '../app/session.ts';
import type { LiveCamera } from '../state/live-camera.ts';
import type { LabelEvent } from '../state/messages.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { usePolling } from '../ui/polling.ts';
import { arrange, type Hanging, heldOrder, type WallGroup } from './arrangement.ts';
import { LatestEvents } from './latest-events.tsx';
import { NoCamera } from './no-camera.tsx';
import { useArrowWalk } from './use-arrow-walk.ts';
import { useVisibleWatch } from './use-visible-watch.ts';
import { WallTile } from './wall-tile.tsx';
import { WallToolbar } from './wall-toolbar.tsx';
import { queryOf, type WallView, wallViewOf } from './wall-view.ts';

const POLL_MS = 5_000;

/** All cameras, each with the picture that the network saw last and what it made of it. */
export function WallPage(): JSX.Element {
  const { state } = useSession();
  usePolling(
    () => '/api/cameras',
    POLL_MS,
    (answer) => state.camerasPolled((answer as { cameras: [] }).cameras),
  );
  const cameras = state.cameras.value;
  if (cameras === null) return <p class="page quiet">Waiting for the daemon …</p>;
  if (cameras.size === 0) return <NoCamera />;
  return <Wall cameras={cameras} />;
}

function Wall({ cameras }: { readonly cameras: ReadonlyMap<string, LiveCamera> }): JSX.Element {
  const { state } = useSession();
  const view = wallViewOf(place.value.search);
  const lastEvents = useComputed(() => newestByCamera(state.events.value));
  const hangings = [...cameras.values()].map((live) => hangingOf(live, lastEvents.value));
  const isHeld = useSignal(false);
  const groups = useHeld(arrange(hangings, view), isHeld.value);
  const list = useRef<HTMLDivElement>(null);
  useArrowWalk(list);
  const observe = useVisibleWatch(cameras);
  const change = (next: WallView) => navigate(`/${queryOf(next)}`, { replace: true });
  return (
    <div class={`page wall-page ${view.size} ${state.connection.value.kind === 'lost' ? 'disconnected' : ''}`}>
      <h1 class="visually-hidden">Wall</h1>
      <WallToolbar view={view} hangings={hangings} onChange={change} onEnter={() => list.current?.querySelector('a')?.focus()} />
      <div class="wall-columns">
        <div>
          <div ref={list} onPointerEnter={() => (isHeld.value = true)} onPointerLeave={() => (isHeld.value = false)}>
            {groups.map(({ title, ids }) => (
              <section key={title} aria-label={title === '' ? 'Cameras' : title}>
                {title !== '' && (
                  <h2 class="wall-group">
                    {title} <span class="quiet">{ids.length}</span>
                  </h2>
                )}
                <ul class="wall">
                  {ids.map((id) => {
                    const live = cameras.get(id);
                    return live && <WallTile key={id} live={live} observe={observe} />;
                  })}
                </ul>
              </section>
            ))}
          </div>
          {groups.length === 0 && (
            <EmptyState title="No camera is like that">
              <p>None of the {cameras.size} cameras matches search and filter.</p>
              <button type="button" class="button" onClick={() => change({ ...view, search: '', filter: 'all' })}>
                Show all
              </button>
            </EmptyState>
          )}
        </div>
        <LatestEvents />
      </div>
    </div>
  );
}

/** The order of before while it is held. */
function useHeld(groups: readonly WallGroup[], isHeld: boolean): readonly WallGroup[] {
  const before = useRef(groups);
  const shown = useMemo(() => (isHeld ? heldOrder(groups, before.current) : groups), [JSON.stringify(groups), isHeld]);
  useEffect(() => {
    before.current = shown;
  });
  return shown;
}

function hangingOf({ id, camera, active }: LiveCamera, lastEvents: ReadonlyMap<string, string>): Hanging {
  const { name, state } = camera.value;
  return { id, name, state, isActive: active.value.length > 0, lastEventAt: lastEvents.get(id) ?? '' };
}

/** Begin of the newest event of each camera. `events`: newest first. */
function newestByCamera(events: readonly LabelEvent[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  for (const { camera, startedAt } of events) if (!newest.has(camera)) newest.set(camera, startedAt);
  return newest;
}
