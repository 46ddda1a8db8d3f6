// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** A name on one line of a terminal: without what would move its cursor, change its colours or turn the direction of writing. */
export function printable(name: string): string {
  return name.replace(CONTROL, '�');
}
