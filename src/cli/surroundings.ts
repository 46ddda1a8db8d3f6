import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigSurroundings } from '../config/parse.ts';
import { readModelFacts } from '../engine/model-store.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Redactor } from '../util/redactor.ts';

/** The folder of the installed package: the same two levels above `src/cli` and `dist/cli`. */
const packageRoot: string = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** What a configuration means depends on these, besides its text. */
export function surroundings(redactor: Redactor): ConfigSurroundings {
  return {
    env: process.env,
    packageRoot,
    cwd: process.cwd(),
    redactor,
    modelFacts(model, modelsDir, stateDir) {
      try {
        return readModelFacts(model, { modelsDir, stateDir });
      } catch (error) {
        return error instanceof FramewatchError ? error : new FramewatchError('MODEL_INVALID', messageOf(error), { cause: error });
      }
    },
  };
}
