import type { ErrorCode } from '../util/errors.ts';

/** Where something stands in a configuration file; line and column count from 1. */
export interface Place {
  /** The way to it by keys: `cameras.front_door.rules.unsafe.labels[1]`; empty for the file as a whole. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong (or worth knowing) about a configuration. No text in it holds a secret. */
export interface Problem {
  readonly code: ErrorCode;
  readonly file: string;
  /** null when the file as a whole is meant: it is missing, too large, not text. */
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What would be right; null when the message says it all. */
  readonly suggestion: string | null;
}

/** `FILE:LINE:COL: PATH: what is wrong (what would be right)`, always one line. */
export function formatProblem(problem: Problem): string {
  const position = problem.line === null ? problem.file : `${problem.file}:${problem.line}:${problem.column ?? 1}`;
  const path = problem.path === '' ? '' : `${problem.path}: `;
  const suggestion = problem.suggestion === null ? '' : ` (${problem.suggestion})`;
  return `${position}: ${path}${problem.message}${suggestion}`;
}

interface Finding {
  readonly place: Place | null;
  readonly code: ErrorCode;
  readonly message: string;
  readonly suggestion: string | null;
}

/** Collects everything wrong with one file, so that the user sees all of it at once. */
export class Findings {
  readonly #errors: Finding[] = [];
  readonly #warnings: Finding[] = [];

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  error(place: Place | null, message: string, suggestion: string | null = null, code: ErrorCode = 'CONFIG_INVALID'): void {
    this.#errors.push({ place, code, message, suggestion });
  }

  warn(place: Place | null, message: string, suggestion: string | null = null, code: ErrorCode = 'CONFIG_INVALID'): void {
    this.#warnings.push({ place, code, message, suggestion });
  }

  /** In the order of the file. A value that many cameras inherit is reported once. `clean` blanks secrets. */
  errors(file: string, clean: (text: string) => string): Problem[] {
    return ordered(this.#errors, file, clean);
  }

  warnings(file: string, clean: (text: string) => string): Problem[] {
    return ordered(this.#warnings, file, clean);
  }
}

/** More help nobody, and a hostile file can have a hundred thousand. */
const MOST_REPORTED = 100;

function ordered(findings: readonly Finding[], file: string, clean: (text: string) => string): Problem[] {
  const distinct = new Map<string, Problem>();
  for (const { place, code, message, suggestion } of findings) {
    const problem: Problem = { code, file, line: place?.line ?? null, column: place?.column ?? null, path: place?.path ?? '', message, suggestion };
    const text = formatProblem(problem);
    if (!distinct.has(text)) distinct.set(text, problem);
  }
  const inOrder = [...distinct.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  const shown = inOrder.slice(0, MOST_REPORTED).map((problem) => ({
    ...problem,
    path: clean(problem.path),
    message: clean(problem.message),
    suggestion: problem.suggestion === null ? null : clean(problem.suggestion),
  }));
  const next = inOrder[MOST_REPORTED];
  if (next) shown.push({ ...next, path: '', message: `and ${inOrder.length - MOST_REPORTED} more from here on`, suggestion: null });
  return shown;
}
