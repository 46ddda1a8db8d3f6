import type { JSX } from 'preact';
import type { FeedClient } from '../state/feed-client.ts';
import { helpIsOpen } from './help.tsx';
import type { Route } from './routes.ts';
import { useSession } from './session.ts';
import { nextTheme, theme } from './theme.ts';

const LINKS = [
  { href: '/', words: 'Wall', pages: ['wall', 'camera'] },
  { href: '/events', words: 'Events', pages: ['events', 'event'] },
  { href: '/system', words: 'System', pages: ['system'] },
] as const;

export function Header({ route }: { readonly route: Route }): JSX.Element {
  const { feed, state } = useSession();
  return (
    <header class="app-header">
      <a class="brand" href="/">
        <img src="/favicon.svg" alt="" width="24" height="24" />
        Framewatch
      </a>
      <nav aria-label="Pages">
        {LINKS.map(({ href, words, pages }) => (
          <a key={href} href={href} aria-current={(pages as readonly string[]).includes(route.page) ? 'page' : undefined}>
            {words}
          </a>
        ))}
      </nav>
      <Figures />
      <div class="header-tools">
        <button type="button" class="button quiet-button" onClick={nextTheme} aria-label={`Theme: ${theme.value}. Change`}>
          {theme.value === 'system' ? '◐' : theme.value === 'light' ? '☀' : '☾'}
        </button>
        <button type="button" class="button quiet-button" onClick={() => (helpIsOpen.value = true)} aria-label="Keys and help">
          ?
        </button>
        {state.isLoggedIn.value && (
          <button type="button" class="button quiet-button" onClick={() => void logOut(feed)}>
            Log out
          </button>
        )}
      </div>
    </header>
  );
}

function Figures(): JSX.Element {
  const stats = useSession().state.newestStats.value;
  if (!stats) return <p class="figures" />;
  const { cameras, framesPerSecond, latencyMs } = stats;
  return (
    <p class="figures">
      <span>
        <b>{cameras.live}</b> of {cameras.total} live
      </span>
      <span>
        <b>{framesPerSecond.classified.toFixed(1)}</b> pictures/s
      </span>
      {latencyMs.p95 !== null && (
        <span>
          p95 <b>{Math.round(latencyMs.p95)}</b> ms
        </span>
      )}
    </p>
  );
}

async function logOut(feed: FeedClient): Promise<void> {
  // Else it would learn by itself that it needs a login, and lead back to here.
  feed.close();
  try {
    await fetch('/logout', { method: 'POST' });
  } catch {
    // Nobody has heard of it: the page goes on, and says that the connection is lost.
    await feed.start();
    return;
  }
  location.assign('/login');
}
