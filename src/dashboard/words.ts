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
