import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CameraPage } from '../camera/camera-page.tsx';
import { EventPage } from '../events/event-page.tsx';
import { EventsPage } from '../events/events-page.tsx';
import { SystemPage } from '../system/system-page.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { WallPage } from '../wall/wall-page.tsx';
import { Announcer } from './announcer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Header } from './header.tsx';
import { Help } from './help.tsx';
import { place } from './navigation.ts';
import { type Route, routeOf } from './routes.ts';

/** The frame around all pages: bar on top, connection, the page itself, help. */
export function App(): JSX.Element {
  const route = routeOf(place.value.path);
  const main = useRef<HTMLElement>(null);
  const path = useRef(place.value.path);
  useEffect(() => {
    // A new page begins at its top for the keyboard and the screen reader, too.
    if (path.current !== place.value.path) main.current?.focus({ preventScroll: true });
    path.current = place.value.path;
  }, [place.value.path]);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the page
      </a>
      <Header route={route} />
      <ConnectionBanner />
      <main id="main" ref={main} tabIndex={-1}>
        <Page route={route} />
      </main>
      <Announcer />
      <Help />
    </>
  );
}

function Page({ route }: { readonly route: Route }): JSX.Element {
  if (route.page === 'wall') return <WallPage />;
  if (route.page === 'camera') return <CameraPage key={route.id} id={route.id} />;
  if (route.page === 'events') return <EventsPage />;
  if (route.page === 'event') return <EventPage key={route.id} id={route.id} />;
  if (route.page === 'system') return <SystemPage />;
  return (
    <EmptyState title="There is no such page">
      <a href="/">To the wall</a>
    </EmptyState>
  );
}
