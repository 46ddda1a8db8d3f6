import type { JSX } from 'preact';
import { clockTime } from '../ui/words.ts';
import type { DecidingFrame, ExplainedEvent } from './explained-event.ts';
import { messageWords, ruleWords, score } from './explanation-words.ts';

/** Every message of an event, oldest first, and why each came. */
export function EventCourseList({ course }: { readonly course: readonly ExplainedEvent[] }): JSX.Element {
  const rule = course.at(-1)?.explain?.rule;
  return (
    <section class="card panel" aria-labelledby="course-title">
      <h2 id="course-title">
        Course <span class="quiet">{course.length === 1 ? 'one message' : `${course.length} messages`}</span>
      </h2>
      {course[0]?.type !== 'start' && <p class="quiet">Its start is no longer kept.</p>}
      <ol class="course">
        {course.map((event) => {
          const { sentence, frames } = messageWords(event);
          return (
            <li key={event.sequence} class={event.type}>
              <p>
                <time dateTime={event.at} title={clockTime(event.at)}>
                  {new Date(event.at).toLocaleTimeString()}
                </time>{' '}
                {sentence}
              </p>
              {frames.length > 0 && <Frames frames={frames} />}
            </li>
          );
        })}
      </ol>
      {rule && (
        <>
          <h3>The rule then</h3>
          <ul class="rule-words">
            {ruleWords(rule).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Frames({ frames }: { readonly frames: readonly DecidingFrame[] }): JSX.Element {
  return (
    <table class="frames">
      <thead>
        <tr>
          <th scope="col">Picture</th>
          <th scope="col">Arrived</th>
          <th scope="col">Score</th>
        </tr>
      </thead>
      <tbody>
        {frames.map(({ sequence, at, score: value }) => (
          <tr key={sequence}>
            <td>{sequence}</td>
            <td>{clockWithMs(at)}</td>
            <td>{score(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function clockWithMs(at: string): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23' });
}
