import { useEffect } from 'preact/hooks';
import { navigate } from '../app/navigation.ts';
import { isTyping } from './keyboard.ts';

/** Esc goes to `to`, unless a field or a dialog wants it. */
export function useBackKey(to: string): void {
  useEffect(() => {
    const back = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !isTyping(event) && !document.querySelector('dialog[open]')) navigate(to);
    };
    addEventListener('keydown', back);
    return () => removeEventListener('keydown', back);
  }, [to]);
}
