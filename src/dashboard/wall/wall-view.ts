/** How the wall is looked at; it stands in the query of the address, so that a view can be kept and sent. */
export interface WallView {
  readonly search: string;
  readonly filter: (typeof FILTERS)[number];
  readonly sort: (typeof SORTS)[number];
  readonly group: (typeof GROUPS)[number];
  readonly size: (typeof SIZES)[number];
}

/** `active`: a rule holds. `trouble`: no live picture. */
export const FILTERS = ['all', 'active', 'live', 'trouble'] as const;
/** `config`: as in the configuration. `activity`: active ones first, then by their newest event. */
export const SORTS = ['config', 'activity', 'name'] as const;
/** `prefix`: by what stands before the first `/` or `:` of the name, as in "Yard: gate". */
export const GROUPS = ['none', 'state', 'prefix'] as const;
export const SIZES = ['small', 'medium', 'large'] as const;

const CHOICES = { filter: FILTERS, sort: SORTS, group: GROUPS, size: SIZES } as const;

export const PLAIN_VIEW: WallView = { search: '', filter: 'all', sort: 'config', group: 'none', size: 'medium' };

/** Of the query of an address; what is unknown in it is left out. */
export function wallViewOf(query: string): WallView {
  const parameters = new URLSearchParams(query);
  const view: Record<string, string> = { ...PLAIN_VIEW, search: (parameters.get('q') ?? '').slice(0, 200) };
  for (const [name, choices] of Object.entries(CHOICES)) {
    const found = (choices as readonly string[]).find((choice) => choice === parameters.get(name));
    if (found !== undefined) view[name] = found;
  }
  return view as unknown as WallView;
}

/** With its question mark; empty for the plain view. */
export function queryOf(view: WallView): string {
  const parameters = new URLSearchParams();
  if (view.search !== '') parameters.set('q', view.search);
  for (const name of ['filter', 'sort', 'group', 'size'] as const) if (view[name] !== PLAIN_VIEW[name]) parameters.set(name, view[name]);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
