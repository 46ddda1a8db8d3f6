import type { ConfigSurroundings } from '../config/parse.ts';
import { readModelFacts } from '../engine/models/model-store.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import type { Redactor } from '../util/redactor.ts';
import { packageRoot } from './package.ts';

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
