import { type Signal, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'framewatch-theme';
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

export const theme: Signal<Theme> = signal(stored());

/** Sets it on the page; call once at the start. */
export function applyTheme(): void {
  const chosen = theme.peek();
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}

export function nextTheme(): void {
  theme.value = NEXT[theme.peek()];
  try {
    localStorage.setItem(KEY, theme.peek());
  } catch {
    // Storage is full or forbidden: the choice holds for this page.
  }
  applyTheme();
}

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return found === 'light' || found === 'dark' ? found : 'system';
  } catch {
    return 'system';
  }
}
