import { createInterface, type Interface } from 'node:readline/promises';
import { FramewatchError } from '../util/errors.ts';
import type { Ask } from './import-decisions.ts';

/** Puts questions to whoever sits at the terminal; null when nobody does. Standard output stays free for the answer of the command. */
export class TerminalQuestions {
  readonly ask: Ask | null;
  readonly #gone = new AbortController();
  #lines: Interface | undefined;

  constructor() {
    this.ask = process.stdin.isTTY && process.stderr.isTTY ? (question, otherwise) => this.#ask(question, otherwise) : null;
  }

  close(): void {
    this.#lines?.close();
  }

  async #ask(question: string, otherwise: string | null): Promise<string> {
    const lines = this.#open();
    const { signal } = this.#gone;
    for (;;) {
      const answer = await lines.question(`${question}${otherwise === null ? '' : ` [${otherwise}]`}: `, { signal }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : error;
      });
      if (answer.trim() !== '') return answer.trim();
      if (otherwise !== null) return otherwise;
    }
  }

  /** Ctrl-C and Ctrl-D close the lines; the question that waits is over then. */
  #open(): Interface {
    if (this.#lines !== undefined) return this.#lines;
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    lines.once('close', () => this.#gone.abort(new FramewatchError('MODEL_INVALID', 'a question was left unanswered')));
    this.#lines = lines;
    return lines;
  }
}
