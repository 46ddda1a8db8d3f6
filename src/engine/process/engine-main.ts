import { basename } from 'node:path';
import type { Logger } from '../../util/logger.ts';
import { openPrecision } from '../backends/open-precision.ts';
import { prepareModel } from '../models/model-preparation.ts';
import { findInt8 } from '../quantization/int8-form.ts';
import { serveEngine } from './engine-process.ts';

// The program of the engine process: the daemon starts this file.
serveEngine(async (init) => {
  const logger = stderrLogger();
  const model = await prepareModel({ name: init.model, modelsDir: init.modelsDir, stateDir: init.stateDir, logger });
  const int8 = init.precision === 'float32' || model.onnxFile === null ? null : await findInt8(model.name, init, basename(model.onnxFile));
  const { backend, fallback, selfTest } = await openPrecision(model, init, { int8, batchSizes: init.batchSizes, log: logger });
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
