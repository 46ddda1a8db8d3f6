// Jinja for Home Assistant. `None` is its word for an unknown state. No template may fail on what is not there yet: `get` gives none where a member raises,
// and `value_json` itself is missing when a payload is no JSON, and no object when it is another's. Ids are letters, digits, _ and -, so that they need no quoting.

const MESSAGE = '(value_json if value_json is mapping else {})';

/** Nested objects: `{}` stands for each that is missing. */
function inside(keys: readonly string[]): string {
  return keys.reduce((outer, key) => `(${outer}.get('${key}') or {})`, MESSAGE);
}

/** A text or number of the message, by the keys that lead to it. */
export function valueAt(...keys: readonly [string, ...string[]]): string {
  const last = keys.at(-1) ?? '';
  return `{% set found = ${inside(keys.slice(0, -1))}.get('${last}') %}{{ 'None' if found is none else found }}`;
}

/** A share 0…1 as a percentage. */
export function percentAt(...keys: readonly [string, ...string[]]): string {
  const last = keys.at(-1) ?? '';
  return `{% set found = ${inside(keys.slice(0, -1))}.get('${last}') %}{{ 'None' if found is none else (found * 100) | round(1) }}`;
}

/** Several texts in one, with blanks between them. */
export function wordsAt(object: string, keys: readonly string[]): string {
  const words = keys.map((key) => `found.get('${key}', '')`).join(', ');
  return `{% set found = ${inside([object])} %}{{ [${words}] | join(' ') if found else 'None' }}`;
}

/** `ON`, `OFF`, or unknown while the region was not judged yet. */
export function ruleState(region: string, rule: string): string {
  const found = `${inside(['regions', region, 'rules'])}.get('${rule}')`;
  return `{% set found = ${found} %}{{ 'None' if found is none else ('ON' if found.get('active') else 'OFF') }}`;
}

/** What an automation may want to look at; Home Assistant keeps the attributes of each event. */
const EVENT_KEYS = [
  'id',
  'sequence',
  'region',
  'rule',
  'label',
  'score',
  'peakScore',
  'startedAt',
  'at',
  'endedAt',
  'endReason',
  'snapshot',
] as const;

/** A LabelEvent as an event entity wants it: JSON with `event_type`; nothing at all for what is none. */
export function eventAttributes(): string {
  const attributes = EVENT_KEYS.map((key) => `'${key}': message.get('${key}')`).join(', ');
  return `{% set message = ${MESSAGE} %}{% if message.get('type') %}{{ {'event_type': message.get('type'), ${attributes}} | tojson }}{% endif %}`;
}
