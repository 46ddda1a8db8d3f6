import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSession } from '../app/session.ts';
import { isTyping } from '../ui/keyboard.ts';
import { type EventFilter, localFieldOf, utcOf } from './event-filter.ts';

const TYPES = { '': 'each event once', start: 'messages: starts', update: 'messages: updates', end: 'messages: ends' } as const;

export interface EventFiltersProps {
  readonly filter: EventFilter;
  readonly onChange: (filter: EventFilter) => void;
}

/** What can be chosen comes of the cameras that are configured now; what the address names besides can be chosen, too: the history is older than the configuration. */
export function EventFilters({ filter, onChange }: EventFiltersProps): JSX.Element {
  const first = useRef<HTMLElement>(null);
  const cameras = [...(useSession().state.cameras.value?.values() ?? [])].map(({ camera }) => camera.value);
  const rules = cameras.filter(({ id }) => filter.camera === '' || id === filter.camera).flatMap((camera) => Object.entries(camera.rules));
  const named = rules.filter(([name]) => filter.rule === '' || name === filter.rule);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event)) return;
      event.preventDefault();
      first.current?.querySelector('select')?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  const set = (name: keyof EventFilter) => (value: string) => onChange({ ...filter, [name]: value });
  return (
    <search ref={first} class="toolbar event-filters" aria-label="Events">
      <Choice words="Camera" value={filter.camera} choices={cameras.map(({ id, name }) => [id, name])} onChange={set('camera')} />
      <Choice words="Rule" value={filter.rule} choices={rules.map(([name]) => [name, name])} onChange={set('rule')} />
      <Choice
        words="Label"
        value={filter.label}
        choices={named.flatMap(([, rule]) => rule.labels.map((label) => [label, label] as const))}
        onChange={set('label')}
      />
      <label class="choice">
        <span class="quiet">Show</span>
        <select class="field" value={filter.type} onChange={({ currentTarget }) => set('type')(currentTarget.value)}>
          {Object.entries(TYPES).map(([type, words]) => (
            <option key={type} value={type}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <Moment words="From" value={filter.since} onChange={set('since')} />
      <Moment words="To" value={filter.until} onChange={set('until')} />
    </search>
  );
}

interface FieldProps {
  readonly words: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Choice({
  words,
  value,
  choices,
  onChange,
}: FieldProps & { readonly choices: readonly (readonly [value: string, words: string])[] }): JSX.Element {
  const all = new Map(value === '' ? choices : [...choices, [value, new Map(choices).get(value) ?? value]]);
  return (
    <label class="choice">
      <span class="quiet">{words}</span>
      <select class="field" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">all {words.toLowerCase()}s</option>
        {[...all].map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** In the browser's own time zone. */
function Moment({ words, value, onChange }: FieldProps): JSX.Element {
  return (
    <label class="choice">
      <span class="quiet">{words}</span>
      <input class="field" type="datetime-local" value={localFieldOf(value)} onChange={({ currentTarget }) => onChange(utcOf(currentTarget.value))} />
    </label>
  );
}
