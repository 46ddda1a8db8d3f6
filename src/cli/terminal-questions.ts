import { createInterface, type Interface } from 'node:readline/promises';
import type { Ask } from './import-decisions.ts';

/** Puts questions to whoever sits at the terminal; null when nobody does. Standard output stays free for the answer of the command. */
export class TerminalQuestions {
  readonly ask: Ask | null;
  #lines: Interface | undefined;

  constructor() {
    this.ask = process.stdin.isTTY && process.stderr.isTTY ? (question, otherwise) => this.#ask(question, otherwise) : null;
  }

  close(): void {
    this.#lines?.close();
  }

  async #ask(question: string, otherwise: string | null): Promise<string> {
    this.#lines ??= createInterface({ input: process.stdin, output: process.stderr });
    for (;;) {
      const answer = (await this.#lines.question(`${question}${otherwise === null ? '' : ` [${otherwise}]`}: `)).trim();
      if (answer !== '') return answer;
      if (otherwise !== null) return otherwise;
    }
  }
}
