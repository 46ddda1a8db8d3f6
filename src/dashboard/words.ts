const STATES: Readonly<Record<string, string>> = {
  disabled: 'switched off',
  connecting: 'connecting',
  live: 'live',
  backingOff: 'waiting for the next try',
  authFailed: 'wrong user or password',
  offline: 'not reachable',
};

export function stateInWords(state: string): string {
  return STATES[state] ?? state;
}

const COVERAGE: Readonly<Record<string, string>> = { reduced: 'watched more rarely than asked', blind: 'not watched' };
const REASONS: Readonly<Record<string, string>> = {
  offline: 'no pictures come',
  authFailed: 'wrong user or password',
  disabled: 'switched off',
  source: 'the stream has fewer pictures',
  invalid: 'its pictures cannot be judged',
  keyframes: 'key frames are rare',
  motion: 'nothing moves',
  overload: 'more is asked than the machine can judge',
  engine: 'the network is away',
  reload: 'its configuration was changed',
  shutdown: 'the program had ended',
  start: 'the program starts',
  crash: 'the program had died',
  suspended: 'the program stood still, or the clock was set',
  unrecorded: 'what happened could not be written down',
};

/** Empty while it is watched: then there is nothing to say. */
export function coverageInWords({
  state,
  reason,
  since,
}: {
  readonly state: string;
  readonly reason: string | null;
  readonly since: string;
}): string {
  const what = COVERAGE[state];
  if (what === undefined) return '';
  const why = reason === null ? '' : `: ${REASONS[reason] ?? reason}`;
  return `${what} since ${new Date(since).toLocaleString()}${why}`;
}

export function percent(score: number): string {
  return `${Math.round(score * 100)} %`;
}

export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** An element with text: always a text node, so that a label or name can never become markup. */
export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className = '', text = ''): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
