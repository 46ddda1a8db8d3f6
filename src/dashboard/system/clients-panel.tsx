import type { JSX } from 'preact';
import { useSession } from '../app/session.ts';
import { RelativeTime } from '../ui/relative-time.tsx';
import { cameraWords, droppedWords, waitingWords } from './client-words.ts';
import type { Client } from './system-stats.ts';

const MOST_LISTED = 50;

/** Who is connected now: pages and programs that follow the feed, and viewers of full motion. */
export function ClientsPanel({ clients }: { readonly clients: readonly Client[] }): JSX.Element {
  const { state } = useSession();
  const nameOf = (id: string) => state.camera(id)?.camera.value.name ?? id;
  return (
    <section class="card panel wide" aria-labelledby="clients-title">
      <h2 id="clients-title">
        Clients <span class="quiet">of the feed and of full motion, this page among them</span>
      </h2>
      <ul class="clients">
        {clients.slice(0, MOST_LISTED).map((client) => (
          <li key={`${client.since} ${client.address} ${client.kind}`}>
            <b>{client.kind === 'live' ? 'Full motion' : 'Feed'}</b> <code>{client.address}</code>{' '}
            <span class="quiet">
              came <RelativeTime at={client.since} />
            </span>
            <p>{cameraWords(client, nameOf)}</p>
            <p class="quiet">
              {waitingWords(client.waitingBytes)}, {droppedWords(client.dropped)}
            </p>
          </li>
        ))}
      </ul>
      {clients.length > MOST_LISTED && <p class="quiet">And {(clients.length - MOST_LISTED).toLocaleString()} more.</p>}
    </section>
  );
}
