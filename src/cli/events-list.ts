import type { LabelEvent } from '../events/label-event.ts';
import { HistoryReader } from '../store/history-reader.ts';
import { systemClock } from '../util/clock.ts';
import { AlignedColumns } from './aligned-columns.ts';
import { eventRow } from './event-row.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { HistoryTail } from './history-tail.ts';
import { readModelsConfig } from './models-settings.ts';
import { terminationSignal } from './signals.ts';
import type { Since } from './since.ts';
import { TextOutput } from './text-output.ts';

export interface ListOptions {
  readonly config?: string;
  readonly camera?: string;
  readonly rule?: string;
  readonly since?: Since;
  readonly follow?: boolean;
  readonly json?: boolean;
}

const STANDARD_OUTPUT = 1;

/** `framewatch events`: 0 at the end, when interrupted, or when nobody reads any more; 1 when there is no history that can be read. */
export async function eventsList(options: ListOptions): Promise<ExitCode> {
  const { camera, rule, since = null } = options;
  const config = readModelsConfig(options.config);
  if (config === null) return EXIT.config;
  const over = new AbortController();
  void terminationSignal().then(() => over.abort());
  let broken: NodeJS.ErrnoException | null = null;
  const output = new TextOutput({
    descriptor: STANDARD_OUTPUT,
    clock: systemClock,
    onBroken(error) {
      broken = error;
      over.abort();
    },
  });
  over.signal.addEventListener('abort', () => output.release());
  const reader = new HistoryReader({ stateDir: config.stateDir, clock: systemClock });
  const filter = { ...(camera !== undefined && { camera }), ...(rule !== undefined && { rule }) };
  const say = (words: string) => process.stderr.write(`framewatch: ${words}\n`);
  const tail = new HistoryTail({ reader, filter, since, clock: systemClock, say });
  try {
    await tail.open();
    await print(tail, options, output, over.signal);
    await output.close();
  } catch (error) {
    await output.close();
    return printFault(error);
  } finally {
    reader.close();
  }
  // An exit would wait for the write that hangs, for ever.
  if (output.isStuck) process.kill(process.pid, 'SIGKILL');
  return codeOf(broken);
}

async function print(tail: HistoryTail, { follow, json }: ListOptions, output: TextOutput, signal: AbortSignal): Promise<void> {
  const isDocument = json === true && follow !== true;
  const columns = new AlignedColumns();
  let count = 0;
  const textOf = (page: readonly LabelEvent[]): string => {
    if (json !== true) return columns.lines(page.map(eventRow)).join('\n').concat('\n');
    if (!isDocument) return page.map((event) => `${JSON.stringify(event)}\n`).join('');
    return page.map((event) => `${count++ === 0 ? '' : ','}\n${JSON.stringify(event)}`).join('');
  };
  if (isDocument) output.write(`{"storeId":${JSON.stringify(tail.storeId)},"events":[`);
  for await (const page of tail.stored()) {
    output.write(textOf(page));
    await output.room();
    if (signal.aborted) break;
  }
  if (isDocument) output.write('\n]}\n');
  if (follow !== true) return;
  for await (const page of tail.added(signal)) {
    output.write(textOf(page));
    await output.room();
  }
}

/** Whoever reads it has gone, as `head` does: nobody is there to be told. */
function codeOf(broken: NodeJS.ErrnoException | null): ExitCode {
  if (broken === null || broken.code === 'EPIPE') return EXIT.ok;
  process.stderr.write(`framewatch: OUTPUT_UNWRITABLE: standard output cannot be written: ${broken.message}\n`);
  return EXIT.fault;
}
