import { expect, it } from 'vitest';
import { EngineClient } from '../../../src/engine/process/engine-client.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import { BUILT_ENGINE_MAIN, puppetInit } from '../../helpers/puppet-engine.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

it('the engine program says that a model is not there', async () => {
  const nowhere = temporaryDirectory();
  const init = puppetInit({}, { model: 'no-such-model', modelsDir: nowhere, stateDir: nowhere });
  const client = new EngineClient(
    { entryPoint: BUILT_ENGINE_MAIN, init, startLimitMs: 15_000, hangLimitMs: 1000, clock: systemClock, log: silentLogger },
    () => undefined,
  );
  await expect(client.start()).rejects.toThrow(expect.objectContaining({ code: 'MODEL_NOT_FOUND' }));
  await client.close();
});
