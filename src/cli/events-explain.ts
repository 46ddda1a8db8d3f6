import type { LabelEvent } from '../events/label-event.ts';
import { HistoryReader } from '../store/history-reader.ts';
import { systemClock } from '../util/clock.ts';
import { eventStory } from './event-story.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { readModelsConfig } from './models-settings.ts';

export interface ExplainOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `framewatch events explain`: 1 when the history has no such event. */
export async function eventsExplain(id: string, { config: flag, json }: ExplainOptions): Promise<ExitCode> {
  const config = readModelsConfig(flag);
  if (config === null) return EXIT.config;
  const reader = new HistoryReader({ stateDir: config.stateDir, clock: systemClock });
  try {
    const course = await reader.course(id.toUpperCase());
    if (course.length === 0) {
      process.stderr.write(
        `framewatch: there is no event ${JSON.stringify(id)} in the history (\`framewatch events\` lists them; the id stands last)\n`,
      );
      return EXIT.fault;
    }
    const text = json === true ? JSON.stringify(documentOf(course), null, 2) : eventStory(course).join('\n');
    process.stdout.write(`${text}\n`);
    return EXIT.ok;
  } catch (error) {
    return printFault(error);
  } finally {
    reader.close();
  }
}

function documentOf(course: readonly LabelEvent[]): object {
  const explanation = course.map(({ sequence, type, at, explain }) => ({ sequence, type, at, ...(explain ?? { rule: null, because: null }) }));
  return { id: course[0]?.id, story: eventStory(course), explanation, course };
}
