import type { JSX } from 'preact';
import { pathOf } from '../app/routes.ts';
import type { Stats } from '../state/messages.ts';
import { Badge } from '../ui/badge.tsx';
import { Fact } from '../ui/fact.tsx';
import { RelativeTime } from '../ui/relative-time.tsx';
import { duration } from '../ui/words.ts';
import { OutboxCurves } from './outbox-curves.tsx';
import type { DeadLetter, OutboxReport, SystemStats } from './system-stats.ts';

const REASONS: Readonly<Record<string, string>> = {
  refused: 'refused by the broker',
  expired: 'too old to be told',
  abandoned: 'MQTT was switched off',
};
const MOST_LISTED = 20;

interface DeliveryPanelProps {
  readonly stats: SystemStats;
  /** Of the last minutes, oldest first. */
  readonly course: readonly Stats[];
  readonly outbox: OutboxReport | null;
}

/** Events on their way to the broker: what waits, and what will not be sent. */
export function DeliveryPanel({ stats, course, outbox }: DeliveryPanelProps): JSX.Element {
  const { mqtt } = stats;
  const { depth, oldestSeconds } = stats.outbox;
  const dead = Object.entries(outbox?.deadLetters.counts ?? {});
  return (
    <section class="card panel" aria-labelledby="delivery-title">
      <h2 id="delivery-title">MQTT</h2>
      <dl class="facts">
        <Fact name="Broker">
          {mqtt === null ? (
            <Badge tone="quiet" words="MQTT is off" />
          ) : mqtt.connected ? (
            <Badge tone="good" words="connected" />
          ) : (
            <Badge tone="bad" words="not connected" />
          )}
        </Fact>
        {mqtt !== null && !mqtt.connected && mqtt.error !== null && <Fact name="Because">{mqtt.error}</Fact>}
        <Fact name="Waiting">{depth === 0 ? 'nothing' : `${count(depth)}, the oldest for ${duration(oldestSeconds * 1000)}`}</Fact>
        {outbox !== null && outbox.outgrown > 0 && (
          <Fact name="Lost">{outbox.outgrown.toLocaleString()} were removed for want of space before the broker took them</Fact>
        )}
        <Fact name="Not sent">
          {dead.length === 0 ? 'none' : dead.map(([reason, letters]) => `${letters.toLocaleString()} ${REASONS[reason] ?? reason}`).join(', ')}
        </Fact>
      </dl>
      {mqtt !== null && <OutboxCurves course={course} />}
      {outbox !== null && outbox.deadLetters.newest.length > 0 && (
        <details>
          <summary>The newest that were not sent</summary>
          <ul class="dead-letters">
            {outbox.deadLetters.newest.slice(0, MOST_LISTED).map((letter) => (
              <li key={letter.sequence}>
                <Letter letter={letter} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function count(messages: number): string {
  return messages === 1 ? 'one message' : `${messages.toLocaleString()} messages`;
}

function Letter({ letter: { id, camera, type, reason, detail, at } }: { readonly letter: DeadLetter }): JSX.Element {
  return (
    <>
      <a href={pathOf({ page: 'event', id })}>
        {camera}, {type}
      </a>
      , <RelativeTime at={at} />: {detail === '' ? (REASONS[reason] ?? reason) : detail}
    </>
  );
}
