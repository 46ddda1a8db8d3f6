import type { CameraState } from '../state/messages.ts';
import { stateInWords } from '../ui/words.ts';
import type { WallView } from './wall-view.ts';

/** What of a camera decides where it hangs. */
export interface Hanging {
  readonly id: string;
  readonly name: string;
  readonly state: CameraState;
  readonly isActive: boolean;
  /** Of its newest event, ISO 8601; empty when it has none. */
  readonly lastEventAt: string;
}

export interface WallGroup {
  /** Empty when there are no groups. */
  readonly title: string;
  readonly ids: readonly string[];
}

const STATE_ORDER: readonly CameraState[] = ['authFailed', 'offline', 'backingOff', 'connecting', 'live', 'disabled'];
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** `cameras` in the order of the configuration. Groups without a camera are left out. */
export function arrange(cameras: readonly Hanging[], view: Pick<WallView, 'search' | 'filter' | 'sort' | 'group'>): readonly WallGroup[] {
  const shown = cameras.filter((camera) => passes(camera, view.filter) && matches(camera, view.search));
  if (view.sort === 'name') shown.sort(byName);
  if (view.sort === 'activity') shown.sort(byActivity);
  if (view.group === 'none') return shown.length === 0 ? [] : [{ title: '', ids: shown.map(({ id }) => id) }];
  const groups = new Map<string, string[]>();
  for (const camera of view.group === 'state' ? shown.toSorted(byState) : shown) {
    const title = view.group === 'state' ? stateInWords(camera.state) : prefixOf(camera.name);
    const group = groups.get(title);
    if (group) group.push(camera.id);
    else groups.set(title, [camera.id]);
  }
  const titled = [...groups].map(([title, ids]) => ({ title, ids }));
  return view.group === 'state'
    ? titled
    : titled.sort((a, b) => Number(a.title === OTHERS) - Number(b.title === OTHERS) || names.compare(a.title, b.title));
}

/** While somebody points at the wall nothing moves under the pointer: what was there keeps its order, what is new comes after it. */
export function heldOrder(groups: readonly WallGroup[], before: readonly WallGroup[]): readonly WallGroup[] {
  return groups.map(({ title, ids }) => {
    const places = new Map((before.find((group) => group.title === title)?.ids ?? []).map((id, place) => [id, place] as const));
    return { title, ids: ids.toSorted((a, b) => (places.get(a) ?? places.size) - (places.get(b) ?? places.size)) };
  });
}

const OTHERS = 'Others';

function prefixOf(name: string): string {
  return /^([^/:]+?)\s*[/:]\s*\S/.exec(name)?.[1]?.trim() ?? OTHERS;
}

function passes({ isActive, state }: Hanging, filter: WallView['filter']): boolean {
  if (filter === 'active') return isActive;
  if (filter === 'live') return state === 'live';
  return filter === 'all' || (state !== 'live' && state !== 'disabled');
}

/** Every word of the search stands in name, id or state. */
function matches({ id, name, state }: Hanging, search: string): boolean {
  const text = `${name} ${id} ${stateInWords(state)}`.toLocaleLowerCase();
  return search
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function byName(a: Hanging, b: Hanging): number {
  return names.compare(a.name, b.name);
}

function byState(a: Hanging, b: Hanging): number {
  return STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state);
}

function byActivity(a: Hanging, b: Hanging): number {
  if (a.isActive !== b.isActive) return a.isActive ? -1 : 1;
  if (a.lastEventAt !== b.lastEventAt) return a.lastEventAt < b.lastEventAt ? 1 : -1;
  return byName(a, b);
}
