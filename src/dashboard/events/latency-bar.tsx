import type { JSX } from 'preact';
import type { LatencyLedger } from '../state/messages.ts';
import { ledgerShares, PART_WORDS } from '../ui/ledger.ts';

/** Where the time went, from the arrival of the picture to the decision, against the camera's bound. */
export function LatencyBar({ ledger }: { readonly ledger: LatencyLedger }): JSX.Element {
  const { parts, total, bound } = ledgerShares(ledger);
  const isKept = ledger.total <= ledger.bound;
  return (
    <div class="latency">
      <p>
        <b>{ms(ledger.total)} ms</b> of {ms(ledger.bound)} ms: the bound was {isKept ? 'kept' : 'missed'}
        {!isKept && !ledger.feasible && '; not even an idle engine could have kept it'}.
      </p>
      <div class={`latency-total ${isKept ? '' : 'missed'}`} aria-hidden="true">
        <span style={{ width: `${total * 100}%` }} />
        <span class="latency-bound" style={{ left: `${bound * 100}%` }} />
      </div>
      <div class="latency-bar" aria-hidden="true">
        {parts.map(({ part, from, share }) => (
          <span key={part} class={`latency-part ${part}`} style={{ left: `${from * 100}%`, width: `${share * 100}%` }} />
        ))}
      </div>
      <dl class="latency-parts">
        {parts.map(({ part, ms: value }) => (
          <div key={part}>
            <dt>
              <span class={`swatch ${part}`} aria-hidden="true" />
              {PART_WORDS[part]}
            </dt>
            <dd>{ms(value)} ms</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function ms(value: number): string {
  return value.toFixed(1);
}
