import { effectiveConfig } from '../config/effective.ts';
import { findConfigFile, loadConfig } from '../config/load.ts';
import type { ConfigResult } from '../config/parse.ts';
import { formatProblem } from '../config/problem.ts';
import { Redactor } from '../util/redactor.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { surroundings } from './surroundings.ts';

/** Finds and reads the configuration as every command does. */
export function readConfiguration(flag: string | undefined, redactor: Redactor): ConfigResult {
  const given = surroundings(redactor);
  const location = findConfigFile({ flag, env: given.env, cwd: given.cwd });
  return location.ok ? loadConfig({ ...given, file: location.file }) : { ok: false, errors: [location.error] };
}

/** Errors and warnings on standard error, one line each, with the code that docs/errors.md explains. */
export function printProblems(result: ConfigResult): void {
  for (const problem of result.ok ? result.warnings : result.errors) {
    process.stderr.write(`${result.ok ? 'warning: ' : ''}${formatProblem(problem)} [${problem.code}]\n`);
  }
}

/** `framewatch check`: 0 when the configuration can be run, 78 when not. */
export function checkCommand(flag: string | undefined, asJson: boolean): ExitCode {
  const result = readConfiguration(flag, new Redactor());
  if (asJson) {
    const answer = result.ok ? { ok: true, warnings: result.warnings, config: effectiveConfig(result.config) } : { ok: false, errors: result.errors };
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  } else {
    printProblems(result);
    if (result.ok) process.stdout.write(`${JSON.stringify(effectiveConfig(result.config), null, 2)}\n`);
  }
  return result.ok ? EXIT.ok : EXIT.config;
}
