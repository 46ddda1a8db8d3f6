import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, sep } from 'node:path';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Backend, BackendOptions, LocalModel } from '../backend.ts';
import { loadNetwork } from './load-network.ts';
import { NetworkBackend } from './network-backend.ts';
import { requireRunnable } from './runnable-formats.ts';
import type { TensorFlow } from './tfjs-network.ts';

/**
 * TensorFlow.js on WebAssembly: runs wherever Node runs, slowly, and is the reference that the other backends are compared with.
 * Throws FramewatchError ENGINE_DEVICE_UNAVAILABLE when a GPU is asked for, ENGINE_BACKEND_UNAVAILABLE when WASM does not start or the
 * model's format is not for it.
 */
export async function openWasm(model: LocalModel, options: BackendOptions): Promise<Backend> {
  if (options.device === 'gpu')
    throw new FramewatchError('ENGINE_DEVICE_UNAVAILABLE', 'the wasm backend has no GPU: use backend onnx or tensorflow, or device cpu');
  requireRunnable('wasm', model);
  const { tensorflow, threads } = await startWasm(options.threads);
  const network = await loadNetwork(tensorflow, model, options.features);
  return new NetworkBackend({ name: 'wasm', device: 'cpu', threads }, model, {
    run: (pixels, size, features) => network.run(pixels, size, features),
    close: () => {
      network.dispose();
      return Promise.resolve();
    },
  });
}

/**
 * The module with WASM chosen. TensorFlow.js keeps one backend a process, so the thread count of the first call stays.
 * The binaries are those of the package itself, found on the disk: nothing is fetched.
 */
export async function startWasm(threads: number): Promise<{ readonly tensorflow: TensorFlow; readonly threads: number }> {
  try {
    const tensorflow = await import('@tensorflow/tfjs');
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    const { resolve } = createRequire(import.meta.url);
    wasm.setWasmPaths(`${dirname(resolve('@tensorflow/tfjs-backend-wasm'))}${sep}`);
    // Leaves out checks for developers and an advertisement on the console.
    tensorflow.enableProdMode();
    if (tensorflow.getBackend() !== 'wasm') {
      wasm.setThreadsCount(threads === 0 ? availableParallelism() : threads);
      if (!(await tensorflow.setBackend('wasm'))) throw new Error('the backend did not start');
    }
    return { tensorflow, threads: wasm.getThreadsCount() };
  } catch (error) {
    throw new FramewatchError('ENGINE_BACKEND_UNAVAILABLE', `the wasm backend could not be started: ${messageOf(error)}; run \`npm ci\``, {
      cause: error,
    });
  }
}
