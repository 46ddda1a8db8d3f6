import { type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Dialog } from '../ui/dialog.tsx';
import { isTyping } from '../ui/keyboard.ts';

export const helpIsOpen: Signal<boolean> = signal(false);

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['/', 'search'],
  ['← ↑ → ↓', 'from tile to tile, from row to row'],
  ['Home, End', 'first and last'],
  ['Enter', 'open what is chosen'],
  ['Esc', 'empty the search, close, or go back to the list'],
  ['?', 'this help'],
];

/** The keys, on `?`. */
export function Help(): JSX.Element {
  useEffect(() => {
    const open = (event: KeyboardEvent) => {
      if (event.key !== '?' || isTyping(event)) return;
      event.preventDefault();
      helpIsOpen.value = true;
    };
    addEventListener('keydown', open);
    return () => removeEventListener('keydown', open);
  }, []);
  return (
    <Dialog title="Keys" open={helpIsOpen.value} onClose={() => (helpIsOpen.value = false)}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
