import type { Config } from '../config/config.ts';
import { findConfigFile, loadConfig } from '../config/load.ts';
import { parseConfig } from '../config/parse.ts';
import { Redactor } from '../util/redactor.ts';
import { printProblems } from './check-command.ts';
import { surroundings } from './surroundings.ts';

/**
 * The configuration for commands that bring models: it need not be there, and the model that it names need not be here yet. Null when it is wrong; what is wrong
 * was printed then.
 */
export function readModelsConfig(flag: string | undefined): Config | null {
  const given = { ...surroundings(new Redactor()), modelFacts: () => null };
  const { env, cwd } = given;
  const location = findConfigFile({ flag, env, cwd });
  const result = location.ok ? loadConfig({ ...given, file: location.file }) : parseConfig('cameras: {}', { ...given, file: null, folder: cwd });
  if (result.ok) return result.config;
  printProblems(result);
  return null;
}
