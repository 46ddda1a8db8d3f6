import type { JSX } from 'preact';
import { Badge } from '../ui/badge.tsx';
import { Fact } from '../ui/fact.tsx';
import type { EngineFacts } from './system-stats.ts';

/** What judges, as it was found, not as it was wished. */
export function EnginePanel({ engine }: { readonly engine: EngineFacts | null }): JSX.Element {
  return (
    <section class="card panel" aria-labelledby="engine-title">
      <h2 id="engine-title">Engine</h2>
      {engine === null ? <p class="quiet">The network is being loaded …</p> : <Engine engine={engine} />}
    </section>
  );
}

function Engine({ engine }: { readonly engine: EngineFacts }): JSX.Element {
  const costs = Object.entries(engine.costMs).sort(([a], [b]) => Number(a) - Number(b));
  return (
    <>
      {engine.fallback !== null && <p class="notice warn">{engine.fallback}</p>}
      <dl class="facts">
        <Fact name="Network">{engine.model}</Fact>
        <Fact name="Weights">
          <code title={engine.sha256}>{engine.sha256.slice(0, 12)}</code>, {engine.inputSize} × {engine.inputSize} pixels
        </Fact>
        <Fact name="Runs on">
          {engine.backend}
          {engine.provider !== undefined && ` (${engine.provider})`}, {engine.device}
          {engine.device === 'cpu' && `, ${engine.threads} ${engine.threads === 1 ? 'thread' : 'threads'}`}
        </Fact>
        <Fact name="Precision">{engine.precision}</Fact>
        <Fact name="Self-test">
          {engine.selfTest === 'golden' ? <Badge tone="good" words="passed" /> : <Badge tone="warn" words="sanity only" />}{' '}
          {engine.selfTest === 'golden' ? 'known pictures give the known results' : 'results look like results; whether they are right nobody knows'}
        </Fact>
        <Fact name="Restarts">{engine.restarts.toLocaleString()}</Fact>
        <Fact name="A batch of">{costs.map(([size, ms]) => `${size}: ${ms.toFixed(1)} ms`).join(' · ')}</Fact>
      </dl>
    </>
  );
}
