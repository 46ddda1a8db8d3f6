import type { JSX } from 'preact';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

/** A state as a dot *and* in words: colour alone tells nothing to many. */
export function Badge({ tone, words }: { readonly tone: Tone; readonly words: string }): JSX.Element {
  return (
    <span class={`badge ${tone}`}>
      <span class="badge-dot" aria-hidden="true" />
      {words}
    </span>
  );
}
