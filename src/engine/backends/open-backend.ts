import { FramewatchError, hasCode, messageOf } from '../../util/errors.ts';
import type { Backend, BackendOptions, LocalModel, OpenBackend } from '../backend.ts';
import type { BackendName, Precision } from '../engine.ts';
import { openOnnx } from './onnx.ts';
import { openTensorflow } from './tensorflow.ts';
import { openWasm } from './wasm.ts';

export interface BackendChoice extends BackendOptions {
  readonly backend: 'auto' | BackendName;
  /** What to do when the wanted device or backend is not there: `fail` throws, `cpu` takes onnx on the CPU and says so. */
  readonly onUnavailable: 'fail' | 'cpu';
  readonly precision: 'auto' | Precision;
}

export interface OpenedBackend {
  readonly backend: Backend;
  /** Why it is not what was asked for; null when it is. */
  readonly fallback: string | null;
}

const BACKENDS: Readonly<Record<BackendName, OpenBackend>> = { onnx: openOnnx, tensorflow: openTensorflow, wasm: openWasm };

/** Backends that may have a GPU, in the order of preference. */
const GPU_BACKENDS = ['tensorflow', 'onnx'] as const;

/** Measured on one CPU, ONNX Runtime is 14 times as fast as WASM; TensorFlow is native, too. */
const CPU_BACKENDS = ['onnx', 'tensorflow', 'wasm'] as const;

/**
 * Opens what was asked for, in float32: what else there is, open-precision.ts decides. `auto` is the first backend with a working GPU, else the fastest on the CPU that runs the model's format (onnx,
 * where it can); for `auto` with device `auto` the CPU is a choice, not a fallback.
 * Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE, ENGINE_DEVICE_UNAVAILABLE, or what loading the model throws.
 */
export async function openBackend(
  model: LocalModel,
  choice: BackendChoice,
  backends: Readonly<Record<BackendName, OpenBackend>> = BACKENDS,
): Promise<OpenedBackend> {
  const { backend, reasons } = await openOrFallBack(model, choice, backends);
  return { backend, fallback: reasons.length === 0 ? null : reasons.join('; ') };
}

async function openOrFallBack(
  model: LocalModel,
  choice: BackendChoice,
  backends: Readonly<Record<BackendName, OpenBackend>>,
): Promise<{ readonly backend: Backend; readonly reasons: string[] }> {
  try {
    return { backend: await openWanted(model, choice, backends), reasons: [] };
  } catch (error) {
    const unavailable = hasCode(error, 'ENGINE_BACKEND_UNAVAILABLE') || hasCode(error, 'ENGINE_DEVICE_UNAVAILABLE');
    if (!unavailable || choice.onUnavailable === 'fail') throw error;
    const backend = await openCpu(model, choice, backends);
    return { backend, reasons: [messageOf(error)] };
  }
}

async function openWanted(model: LocalModel, choice: BackendChoice, backends: Readonly<Record<BackendName, OpenBackend>>): Promise<Backend> {
  if (choice.backend !== 'auto') return backends[choice.backend](model, choice);
  if (choice.device === 'cpu') return openCpu(model, choice, backends);
  const reasons: string[] = [];
  // With device `auto` onnx comes last in any case and decides itself: opening it twice would cost seconds.
  for (const name of choice.device === 'gpu' ? GPU_BACKENDS : GPU_BACKENDS.filter((candidate) => candidate !== 'onnx')) {
    try {
      return await backends[name](model, { ...choice, device: 'gpu' });
    } catch (error) {
      reasons.push(`${name}: ${messageOf(error)}`);
    }
  }
  if (choice.device === 'gpu') throw new FramewatchError('ENGINE_DEVICE_UNAVAILABLE', `no backend has a working GPU (${reasons.join('; ')})`);
  return openFirst(model, choice, backends);
}

function openCpu(model: LocalModel, choice: BackendChoice, backends: Readonly<Record<BackendName, OpenBackend>>): Promise<Backend> {
  return openFirst(model, { ...choice, device: 'cpu' }, backends);
}

/** The fastest on a CPU that is there and runs the model's format. */
async function openFirst(model: LocalModel, options: BackendOptions, backends: Readonly<Record<BackendName, OpenBackend>>): Promise<Backend> {
  const { device, threads, features } = options;
  const reasons: string[] = [];
  for (const name of CPU_BACKENDS) {
    try {
      return await backends[name](model, { device, threads, features });
    } catch (error) {
      if (!hasCode(error, 'ENGINE_BACKEND_UNAVAILABLE') && !hasCode(error, 'ENGINE_DEVICE_UNAVAILABLE')) throw error;
      reasons.push(error.message);
    }
  }
  throw new FramewatchError('ENGINE_BACKEND_UNAVAILABLE', reasons.join('; '));
}
