import type { Config } from '../config/config.ts';
import { effectiveConfig } from '../config/effective.ts';
import { findConfigFile, loadConfig } from '../config/load.ts';
import type { ConfigResult } from '../config/parse.ts';
import { formatProblem, type Problem } from '../config/problem.ts';
import { findWeights } from '../engine/models/model-presence.ts';
import { readManifest } from '../engine/models/model-store.ts';
import { Redactor } from '../util/redactor.ts';
import { checkBounds } from './bound-check.ts';
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

/** `framewatch check`: 0 when the configuration can be run, 78 when not. Warnings are no fault. */
export function checkCommand(flag: string | undefined, asJson: boolean): ExitCode {
  const result = readConfiguration(flag, new Redactor());
  if (!result.ok) {
    if (asJson) printJson({ ok: false, errors: result.errors });
    else printProblems(result);
    return EXIT.config;
  }
  const { costs, warnings: ofBounds } = checkBounds(result.config, result.boundPlaces);
  const warnings = [...result.warnings, ...weightsNotHere(result.config), ...ofBounds];
  const config = effectiveConfig(result.config);
  if (asJson) printJson({ ok: true, warnings, costs, config });
  else {
    printProblems({ ...result, warnings });
    process.stderr.write(`${costs.message}\n`);
    printJson(config);
  }
  return EXIT.ok;
}

/** The manifest says enough for a check, but `run` will want the weights. */
function weightsNotHere(config: Config): readonly Problem[] {
  const weights = findWeights(readManifest(config.model, config));
  if (weights.state === 'here') return [];
  return [
    {
      code: 'MODEL_NOT_FOUND',
      file: config.file ?? '<embedded>',
      line: null,
      column: null,
      path: 'model',
      message: weights.reason,
      suggestion: null,
    },
  ];
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
