import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isTyping } from '../ui/keyboard.ts';
import type { Hanging } from './arrangement.ts';
import { FILTERS, GROUPS, SIZES, SORTS, type WallView } from './wall-view.ts';

const WORDS = {
  filter: { all: 'All', active: 'Active', live: 'Live', trouble: 'Trouble' },
  sort: { config: 'as configured', activity: 'by activity', name: 'by name' },
  group: { none: 'no groups', state: 'by state', prefix: 'by name before : or /' },
  size: { small: 'small', medium: 'medium', large: 'large' },
} as const;

export interface WallToolbarProps {
  readonly view: WallView;
  readonly hangings: readonly Hanging[];
  readonly onChange: (view: WallView) => void;
  /** Enter in the search: on to the first tile. */
  readonly onEnter: () => void;
}

export function WallToolbar({ view, hangings, onChange, onEnter }: WallToolbarProps): JSX.Element {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return;
      event.preventDefault();
      search.current?.select();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === 'ArrowDown') {
      event.preventDefault();
      onEnter();
    }
    if (event.key !== 'Escape') return;
    event.preventDefault();
    if (view.search === '') search.current?.blur();
    else onChange({ ...view, search: '' });
  };
  const counts: Record<(typeof FILTERS)[number], number> = {
    all: hangings.length,
    active: hangings.filter(({ isActive }) => isActive).length,
    live: hangings.filter(({ state }) => state === 'live').length,
    trouble: hangings.filter(({ state }) => state !== 'live' && state !== 'disabled').length,
  };
  return (
    <search class="toolbar wall-toolbar" aria-label="Cameras">
      <input
        ref={search}
        class="field wall-search"
        type="search"
        placeholder="Search  /"
        aria-label="Search cameras"
        value={view.search}
        onInput={(event) => onChange({ ...view, search: event.currentTarget.value })}
        onKeyDown={keys}
      />
      <fieldset class="chips">
        <legend class="visually-hidden">Show</legend>
        {FILTERS.map((filter) => (
          <button
            key={filter}
            type="button"
            class={`chip ${filter} ${counts[filter] > 0 ? 'some' : ''}`}
            aria-pressed={view.filter === filter}
            onClick={() => onChange({ ...view, filter })}
          >
            {WORDS.filter[filter]} <span class="chip-count">{counts[filter]}</span>
          </button>
        ))}
      </fieldset>
      <div class="toolbar wall-choices">
        <Choice name="sort" title="Order" choices={SORTS} view={view} onChange={onChange} />
        <Choice name="group" title="Groups" choices={GROUPS} view={view} onChange={onChange} />
        <Choice name="size" title="Tiles" choices={SIZES} view={view} onChange={onChange} />
      </div>
    </search>
  );
}

interface ChoiceProps<K extends 'sort' | 'group' | 'size'> {
  readonly name: K;
  readonly title: string;
  readonly choices: readonly WallView[K][];
  readonly view: WallView;
  readonly onChange: (view: WallView) => void;
}

function Choice<K extends 'sort' | 'group' | 'size'>({ name, title, choices, view, onChange }: ChoiceProps<K>): JSX.Element {
  const words: Readonly<Record<string, string>> = WORDS[name];
  return (
    <label class="choice">
      <span class="quiet" aria-hidden="true">
        {title}
      </span>
      <select class="field" aria-label={title} value={view[name]} onChange={(event) => onChange({ ...view, [name]: event.currentTarget.value })}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {words[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}
