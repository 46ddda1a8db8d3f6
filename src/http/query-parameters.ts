export interface QueryProblem {
  readonly parameter: string;
  readonly message: string;
}

/** Reads one parameter's text. */
export type Reader = (text: string) => { readonly value: string | number } | { readonly problem: string };

export interface ReadParameters {
  readonly fields: Readonly<Record<string, string | number>>;
  readonly problems: readonly QueryProblem[];
}

const CAMERA_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** Unknown, repeated and malformed parameters, and a time that ends before it begins, are problems, all named at once: a filter is never silently ignored. */
export function readParameters(parameters: URLSearchParams, readers: ReadonlyMap<string, Reader>): ReadParameters {
  const problems: QueryProblem[] = [];
  const fields: Record<string, string | number> = {};
  for (const name of new Set(parameters.keys())) {
    const read = readers.get(name);
    const values = parameters.getAll(name);
    if (!read) problems.push({ parameter: name.slice(0, 64), message: `unknown; known are ${[...readers.keys()].join(', ')}` });
    else if (values.length > 1) problems.push({ parameter: name, message: 'given more than once' });
    else {
      const result = read(values[0] ?? '');
      if ('problem' in result) problems.push({ parameter: name, message: result.problem });
      else fields[name] = result.value;
    }
  }
  const { since, until } = fields;
  // Texts of one form and zone compare like the times they name.
  if (typeof since === 'string' && typeof until === 'string' && since >= until) {
    problems.push({ parameter: 'until', message: 'must be later than since' });
  }
  return { fields, problems };
}

export function readCameraId(text: string): ReturnType<Reader> {
  return CAMERA_ID.test(text) ? { value: text } : { problem: 'is no camera id (letters, digits, _ and -, at most 64)' };
}

/** Only forms that name one moment whatever the machine's time zone; given on in the one form that the store compares. */
export function readTime(text: string): ReturnType<Reader> {
  const isMoment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const at = isMoment && isCalendarDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  const iso = Number.isNaN(at) ? '' : new Date(at).toISOString();
  // Longer: a zone moved it out of the four-digit years, and it would no longer compare as text.
  if (iso.length !== 'yyyy-mm-ddThh:mm:ss.mmmZ'.length)
    return { problem: 'is no ISO 8601 time with a zone (2026-11-22T06:11:00Z) or date (2026-11-22, UTC); write + as %2B' };
  return { value: iso };
}

/** Date.parse makes the 2nd of March of the 30th of February. */
function isCalendarDay(day: string): boolean {
  const at = Date.parse(day);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
