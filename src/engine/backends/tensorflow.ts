import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Backend, BackendOptions, LocalModel } from '../backend.ts';
import { loadNetwork } from './load-network.ts';
import { NetworkBackend } from './network-backend.ts';
import { requireRunnable } from './runnable-formats.ts';
import type { NodeTensorFlow } from './saved-model-form.ts';
import type { TensorFlow } from './tfjs-network.ts';

/** The native packages, best first. Optional peers: they download hundreds of megabytes when they are installed. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

/** The first major version of Node on which tfjs-node 4.22 does not run: it calls functions of `node:util` that are gone there. */
const FIRST_NODE_TOO_NEW = 23;

/** What the native backend tells about itself beyond the common interface. */
interface NativeKernels {
  readonly isUsingGpuDevice?: boolean;
}

/**
 * TensorFlow through its native Node binding: layers-models, graphs, and SavedModels as one native call a batch. Unverified: no run on a machine
 * where the packages are installed has been seen yet.
 * Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE with the reason for each package, ENGINE_DEVICE_UNAVAILABLE when a GPU is asked for
 * and TensorFlow does not see one.
 */
export async function openTensorflow(model: LocalModel, options: BackendOptions): Promise<Backend> {
  requireRunnable('tensorflow', model);
  const tensorflow = loadNative(process.versions.node, requirePackage);
  await tensorflow.ready();
  const gpu = (tensorflow.backend() as NativeKernels).isUsingGpuDevice === true;
  if (options.device === 'gpu' && !gpu) {
    throw new FramewatchError(
      'ENGINE_DEVICE_UNAVAILABLE',
      'TensorFlow sees no GPU: install @tensorflow/tfjs-node-gpu with `npm run setup -- --gpu` and check the NVIDIA driver, CUDA and cuDNN',
    );
  }
  if (options.device === 'cpu' && gpu) {
    throw new FramewatchError(
      'ENGINE_DEVICE_UNAVAILABLE',
      'the installed TensorFlow runs on the GPU only: set CUDA_VISIBLE_DEVICES= for the daemon, or use backend onnx for the CPU',
    );
  }
  const network = await loadNetwork(tensorflow, model, options.features);
  // TensorFlow sizes its own thread pool and has no setting for it in Node.
  return new NetworkBackend({ name: 'tensorflow', device: gpu ? 'gpu' : 'cpu', threads: availableParallelism() }, model, {
    run: (pixels, size, features) => network.run(pixels, size, features),
    close: () => {
      network.dispose();
      return Promise.resolve();
    },
  });
}

/** The first native package that loads. `load` is `require` of a package by name. */
export function loadNative(nodeVersion: string, load: (name: string) => unknown): TensorFlow & NodeTensorFlow {
  const reasons: string[] = [];
  for (const name of PACKAGES) {
    try {
      return load(name) as TensorFlow & NodeTensorFlow;
    } catch (error) {
      reasons.push(`${name}: ${whyNot(error, name, nodeVersion)}`);
    }
  }
  throw new FramewatchError(
    'ENGINE_BACKEND_UNAVAILABLE',
    `TensorFlow could not be loaded (${reasons.join('; ')}); install it with \`npm run setup -- --gpu\``,
  );
}

function whyNot(error: unknown, name: string, nodeVersion: string): string {
  const message = messageOf(error);
  if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND' && PACKAGES.some((known) => message.includes(`'${known}'`)))
    return 'not installed';
  const [firstLine = ''] = message.split('\n');
  if (Number.parseInt(nodeVersion, 10) >= FIRST_NODE_TOO_NEW) return `does not run on Node ${nodeVersion}, use Node 20 or 22 (${firstLine})`;
  if (/native addon module .* can not be found/.test(message))
    return `installed, but without TensorFlow's library: its install script could not download it (\`npm rebuild ${name}\` tries again)`;
  if (/libcud|libcublas|libnvidia/i.test(message)) return `a CUDA library is missing (${firstLine})`;
  return firstLine;
}

/** Through a variable name, so that the compiler does not ask for packages that need not be installed. */
function requirePackage(name: string): unknown {
  return createRequire(import.meta.url)(name);
}
