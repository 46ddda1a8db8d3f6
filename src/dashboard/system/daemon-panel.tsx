import type { JSX } from 'preact';
import { Fact } from '../ui/fact.tsx';
import { duration } from '../ui/words.ts';
import type { SystemStats } from './system-stats.ts';

const MIB = 2 ** 20;

/** The program itself, its history and those who look at it. */
export function DaemonPanel({ stats }: { readonly stats: SystemStats }): JSX.Element {
  const { version, uptimeSeconds, memory, events, websocket, eventsLost } = stats;
  const kept = Math.max(0, events.lastSequence - events.oldestSequence + 1);
  const dropped = Object.entries(websocket.dropped).filter(([, count]) => count > 0);
  return (
    <section class="card panel" aria-labelledby="daemon-title">
      <h2 id="daemon-title">Daemon</h2>
      <dl class="facts">
        <Fact name="Version">{version}</Fact>
        <Fact name="Runs for">{duration(uptimeSeconds * 1000)}</Fact>
        <Fact name="Memory">
          {Math.round(memory.rss / MIB)} MiB, {Math.round(memory.heapUsed / MIB)} MiB of them JavaScript
        </Fact>
        <Fact name="History">
          {kept.toLocaleString()} messages kept, {events.messages.toLocaleString()} since the start
        </Fact>
        {eventsLost !== undefined && eventsLost > 0 && <Fact name="Lost">{eventsLost.toLocaleString()} messages could not be stored</Fact>}
        <Fact name="Clients">
          {websocket.clients.toLocaleString()} {websocket.clients === 1 ? 'WebSocket' : 'WebSockets'}, this page among them
        </Fact>
        <Fact name="Cut off">
          {dropped.length === 0 ? 'none' : dropped.map(([reason, count]) => `${count.toLocaleString()} ${reason}`).join(', ')}
        </Fact>
      </dl>
    </section>
  );
}
