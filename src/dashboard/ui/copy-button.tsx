import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

const SAID_MS = 3_000;

/** Puts a text on the clipboard. Over plain HTTP a browser has none for us: then it says so, and the text can be marked by hand. */
export function CopyButton({ text, words }: { readonly text: () => string; readonly words: string }): JSX.Element {
  const said = useSignal('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      said.value = 'Copied';
    } catch {
      said.value = 'This browser does not let us copy here';
    }
  };
  useEffect(() => {
    if (said.value === '') return;
    const timer = setTimeout(() => (said.value = ''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said.value, said]);
  return (
    <span class="copy">
      <button type="button" class="button" onClick={() => void copy()}>
        {words}
      </button>
      <span role="status" class="copy-said">
        {said.value}
      </span>
    </span>
  );
}
