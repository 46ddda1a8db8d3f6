import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const KEPT_LINES = 40;

/** Reads a child's output line by line and keeps the last lines, for the message of its failure. */
export class ChildLines {
  readonly #kept: string[] = [];

  /** `take` gets each line of standard output. */
  constructor(child: { readonly stdout: Readable | null; readonly stderr: Readable | null }, take: (line: string) => void) {
    const read = (stream: Readable | null, each: (line: string) => void) => {
      if (!stream) return;
      createInterface({ input: stream }).on('line', (line) => {
        this.#kept.push(line);
        if (this.#kept.length > KEPT_LINES) this.#kept.shift();
        each(line);
      });
    };
    read(child.stdout, take);
    read(child.stderr, () => undefined);
  }

  /** The newest `count` lines, the oldest first. */
  last(count: number): string {
    return this.#kept.slice(-count).join('\n');
  }
}

/** Resolves when the child is gone and its pipes are closed; at once for one that could not be started. */
export function childEnded(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => child.pid === undefined && resolve());
  });
}
