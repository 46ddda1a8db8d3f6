import path from 'node:path';
import { prepareModel } from '../../src/engine/models/model-preparation.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { root, shareCache } from './daemon.ts';

/** The bundled model, converted once: else the daemons that start first would each do it, at the same time. */
export async function setup(): Promise<void> {
  const stateDir = path.join(root, '.tmp/test-state');
  shareCache(stateDir);
  await prepareModel({ name: 'inception-v3-content-safety', modelsDir: path.join(root, 'models'), stateDir, logger: silentLogger });
}
