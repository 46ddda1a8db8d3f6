import type { LocalModel } from '../backend.ts';
import { SanitySelfTest } from './sanity-self-test.ts';
import { type BatchSelfTest, ModelSelfTest } from './self-test.ts';

/** The test against expected results, where the manifest has any. */
export function selfTestOf(model: LocalModel): BatchSelfTest {
  return model.selfTest === null ? new SanitySelfTest(model) : new ModelSelfTest(model);
}
