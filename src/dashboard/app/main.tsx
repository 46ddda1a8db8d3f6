import { render } from 'preact';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/components.css';
import './app.css';
import { AppState } from '../state/app-state.ts';
import { FeedClient } from '../state/feed-client.ts';
import { startTicker } from '../state/ticker.ts';
import { Watched } from '../state/watched.ts';
import { App } from './app.tsx';
import { keepFocus } from './focus-keeper.ts';
import { startNavigation } from './navigation.ts';
import { routeOf } from './routes.ts';
import { SessionContext } from './session.ts';
import { applyTheme } from './theme.ts';

const FORGET_EVERY_MS = 5_000;

const root = document.getElementById('app');
if (!root) throw new Error('the page has no #app');

applyTheme();
startNavigation((path) => routeOf(path).page !== 'unknown');
startTicker();
keepFocus();

const state = new AppState();
const watched: Watched = new Watched(() => feed.watchChanged());
const feed = new FeedClient({
  listener: state,
  // A page that nobody sees costs the daemon no pictures.
  watched: () => (document.hidden ? [] : watched.ids()),
  onLoginNeeded: () => location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`),
});
// Later than the change from one page to another takes.
setInterval(() => state.keepPicturesOf(new Set(watched.ids())), FORGET_EVERY_MS);
document.addEventListener('visibilitychange', () => feed.watchChanged());
addEventListener('online', () => feed.retryNow());
// The browser's own copy of a page that was left: its connection is closed, and whoever it showed it to may have logged out since.
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

render(
  <SessionContext.Provider value={{ state, feed, watched }}>
    <App />
  </SessionContext.Provider>,
  root,
);
void feed.start();
