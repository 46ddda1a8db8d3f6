import type { JSX } from 'preact';
import { Badge } from '../ui/badge.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { reloadWords } from './reload-words.ts';
import type { ConfigReport, Reload } from './system-stats.ts';

/** What is in force, without logins, and what became of the newest try to change it. */
export function ConfigPanel({ report: { file, config, reload } }: { readonly report: ConfigReport }): JSX.Element {
  const text = JSON.stringify(config, null, 2);
  return (
    <section class="card panel" aria-labelledby="config-title">
      <h2 id="config-title">
        Configuration <span class="quiet">{file ?? 'built in'}</span>
      </h2>
      {reload === null ? <p class="quiet">It was not reloaded since the start.</p> : <LastReload reload={reload} />}
      <details>
        <summary>In force, with all defaults; logins are ***</summary>
        <div class="config-tools">
          <CopyButton words="Copy" text={() => text} />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard */}
        <pre class="config-text" tabIndex={0}>
          {text}
        </pre>
      </details>
    </section>
  );
}

function LastReload({ reload }: { readonly reload: Reload }): JSX.Element {
  const { tone, words, lines } = reloadWords(reload);
  return (
    <div class="last-reload">
      <p>
        <Badge tone={tone} words={words} />{' '}
        <span class="quiet">
          <RelativeTime at={reload.at} />
        </span>
      </p>
      {lines.length > 0 && (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
