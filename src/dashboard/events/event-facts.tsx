import type { JSX } from 'preact';
import { pathOf } from '../app/routes.ts';
import { useSession } from '../app/session.ts';
import { tick } from '../state/ticker.ts';
import { Bar } from '../ui/bar.tsx';
import { Fact } from '../ui/fact.tsx';
import { flushWords } from '../ui/flush-words.ts';
import { clockTime, duration, percent } from '../ui/words.ts';
import type { ExplainedEvent } from './explained-event.ts';
import { lastedMs } from './live-rows.ts';

/** `event`: the newest message. `start`: the oldest that is kept. */
export function EventFacts({
  event,
  start,
  cameraName,
}: {
  readonly event: ExplainedEvent;
  readonly start: ExplainedEvent;
  readonly cameraName: string;
}): JSX.Element {
  const { state } = useSession();
  tick.value;
  const { camera, region, rule, peakScore, startedAt, endedAt, endReason } = event;
  const { batch, model, frame } = start;
  const padded = batch.paddedTo > batch.size ? `, padded to ${batch.paddedTo}` : '';
  return (
    <section class="card panel" aria-labelledby="facts-title">
      <h2 id="facts-title">What</h2>
      <dl class="facts">
        <Fact name="Camera">
          <a href={pathOf({ page: 'camera', id: camera })}>{cameraName}</a>
        </Fact>
        <Fact name="Rule">
          {rule}
          {region !== 'full' && `, in the region ${region}`}
        </Fact>
        <Fact name="Peak">{percent(peakScore)}</Fact>
        <Fact name="Began">{clockTime(startedAt)}</Fact>
        <Fact name="Ended">{endedAt === null ? 'not yet, as far as is known' : `${clockTime(endedAt)} (${endReason ?? 'no reason'})`}</Fact>
        {endedAt === null ? (
          <Fact name="Lasts for">{duration(Math.max(0, state.daemonNow() - Date.parse(startedAt)))}</Fact>
        ) : (
          <Fact name="Lasted">{duration(lastedMs(event))}</Fact>
        )}
        <Fact name="Picture">
          {frame.sequence}, {frame.width} × {frame.height}
        </Fact>
        <Fact name="Batch">
          {batch.size === 1 ? '1 picture' : `${batch.size} pictures`}
          {padded}, started because {flushWords(batch.flushReason)}
        </Fact>
        <Fact name="Network">
          {model.name}, {model.precision}, {model.backend} on {model.device}
        </Fact>
      </dl>
      <h3>Labels of the deciding picture</h3>
      <div class="labels">
        {start.top.map(({ label, score }) => (
          <Bar key={label} value={score} label={label} />
        ))}
      </div>
    </section>
  );
}
