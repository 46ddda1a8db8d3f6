import type { Logger } from '../util/logger.ts';
import { openBackend } from './backends/open-backend.ts';
import { serveEngine } from './engine-process.ts';
import { prepareModel } from './model-preparation.ts';
import { selfTestOf } from './self-test-choice.ts';

// The program of the engine process: the daemon starts this file.
serveEngine(async (init) => {
  const logger = stderrLogger();
  const model = await prepareModel({ name: init.model, modelsDir: init.modelsDir, stateDir: init.stateDir, logger });
  const selfTest = selfTestOf(model);
  const { backend, fallback } = await openBackend(model, init);
  if (backend.provider !== undefined) logger.info({ backend: backend.name, provider: backend.provider }, 'The network runs on the GPU');
  return {
    ...{ model, backend, fallback, selfTestKind: selfTest.kind },
    selfTest: (observed, size, pictures) => (pictures === 'all' ? selfTest.runAll(observed, size) : selfTest.runOnce(observed, size)),
  };
});

/** The daemon reads our standard error line by line and logs it. */
function stderrLogger(): Logger {
  const write = (fields: object, message: string) => void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
  return { debug: () => undefined, info: write, warn: write, error: write, child: stderrLogger };
}
