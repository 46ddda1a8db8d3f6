import { expect, it } from 'vitest';
import type { LocalModel } from '../../../src/engine/backend.ts';
import { openWasm } from '../../../src/engine/backends/wasm.ts';

// What it computes is tested in test/e2e/engine-backends.test.ts: TensorFlow.js takes seconds to load.

it('refuses a GPU', async () => {
  const opening = openWasm({} as LocalModel, { device: 'gpu', threads: 1, features: false });
  await expect(opening).rejects.toMatchObject({ code: 'ENGINE_DEVICE_UNAVAILABLE' });
});
