import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import '../ui/ledger.css';
import './system.css';
import { useSession } from '../app/session.ts';
import type { Camera } from '../state/messages.ts';
import { usePolling } from '../ui/polling.ts';
import { BatchPanel } from './batch-panel.tsx';
import { ClientsPanel } from './clients-panel.tsx';
import { ConfigPanel } from './config-panel.tsx';
import { DaemonPanel } from './daemon-panel.tsx';
import { DeliveryPanel } from './delivery-panel.tsx';
import { EnginePanel } from './engine-panel.tsx';
import { LatencyPanel } from './latency-panel.tsx';
import { LoadPanel } from './load-panel.tsx';
import type { Client, ConfigReport, OutboxReport, SystemStats } from './system-stats.ts';

const POLL_MS = 5_000;

/** How the daemon does: what it has to carry, where the time goes, and what waits. */
export function SystemPage(): JSX.Element {
  const { state } = useSession();
  const outbox = useSignal<OutboxReport | null>(null);
  const config = useSignal<ConfigReport | null>(null);
  const clients = useSignal<readonly Client[]>([]);
  usePolling(
    () => '/api/outbox',
    POLL_MS,
    (answer) => (outbox.value = answer as OutboxReport),
  );
  usePolling(
    () => '/api/config',
    POLL_MS,
    (answer) => (config.value = answer as ConfigReport),
  );
  usePolling(
    () => '/api/clients',
    POLL_MS,
    (answer) => (clients.value = (answer as { readonly clients: readonly Client[] }).clients),
  );
  usePolling(
    () => '/api/cameras',
    POLL_MS,
    (answer) => state.camerasPolled((answer as { readonly cameras: readonly Camera[] }).cameras),
  );
  // The feed's numbers are those of /api/stats, with more than the other pages need.
  const stats = state.newestStats.value as SystemStats | undefined;
  if (!stats) return <p class="page quiet">Waiting for the daemon …</p>;
  return (
    <div class="page system-page">
      <h1>System</h1>
      {stats.faults?.map((fault) => (
        <p key={fault} class="notice bad system-fault">
          Not ready: {fault}
        </p>
      ))}
      <div class="system-grid">
        <LatencyPanel stats={stats} course={state.stats.value} />
        <LoadPanel stats={stats} config={config.value} />
        <BatchPanel stats={stats} />
        <EnginePanel engine={stats.engine} />
        <DeliveryPanel stats={stats} course={state.stats.value} outbox={outbox.value} />
        <DaemonPanel stats={stats} />
        {config.value && <ConfigPanel report={config.value} />}
        {clients.value.length > 0 && <ClientsPanel clients={clients.value} />}
      </div>
    </div>
  );
}
