import { availableParallelism } from 'node:os';
import type * as ort from 'onnxruntime-node';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Backend, BackendOptions, BackendOutput, LocalModel } from '../backend.ts';
import { ONNX_FEATURES, ONNX_INPUT, ONNX_PROBABILITIES } from '../layers-to-onnx.ts';
import { NetworkBackend } from './network-backend.ts';

type OnnxRuntime = typeof ort;

/**
 * ONNX Runtime on the converted graph: CPU everywhere, CUDA where its provider is installed. `device: auto` takes the GPU only when
 * a picture really ran on it.
 * Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE, ENGINE_DEVICE_UNAVAILABLE (a GPU was asked for), ENGINE_START_FAILED.
 */
export async function openOnnx(model: LocalModel, options: BackendOptions): Promise<Backend> {
  const runtime = await loadRuntime();
  if (options.device === 'cpu') return openCpu(runtime, model, options);
  try {
    return await openCuda(runtime, model, options);
  } catch (error) {
    if (options.device === 'gpu') throw error;
    return openCpu(runtime, model, options);
  }
}

async function openCpu(runtime: OnnxRuntime, model: LocalModel, options: BackendOptions): Promise<Backend> {
  const threads = options.threads === 0 ? availableParallelism() : options.threads;
  const session = await createSession(runtime, model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    // Idle threads that spin burn 14 % more CPU for no speed; the values are texts in ONNX Runtime.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  }).catch((error: unknown) => {
    throw new FramewatchError('ENGINE_START_FAILED', `ONNX Runtime could not open ${model.onnxFile}: ${messageOf(error)}`, { cause: error });
  });
  return backendOf(runtime, session, model, options, { device: 'cpu', threads });
}

/** Unverified: no run on a machine with an NVIDIA device has been seen yet. */
async function openCuda(runtime: OnnxRuntime, model: LocalModel, options: BackendOptions): Promise<Backend> {
  const missing = (cause: unknown) =>
    new FramewatchError(
      'ENGINE_DEVICE_UNAVAILABLE',
      `ONNX Runtime could not use a GPU: ${messageOf(cause)}; its CUDA provider is not part of \`npm ci\`, fetch it with \`ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js\`, or set engine.device to cpu`,
      { cause },
    );
  const supported = runtime.listSupportedBackends().some((backend) => backend.name === 'cuda');
  if (!supported) throw missing(new Error(`ONNX Runtime has no CUDA provider on ${process.platform} ${process.arch}`));
  let session: ort.InferenceSession;
  try {
    // Without the second setting a graph that CUDA refuses would quietly run on the CPU.
    session = await createSession(runtime, model, { executionProviders: ['cuda'], extra: { session: { disable_cpu_ep_fallback: '1' } } });
  } catch (error) {
    throw missing(error);
  }
  const backend = backendOf(runtime, session, model, options, { device: 'gpu', threads: 1 });
  try {
    await backend.run(new Uint8Array(model.inputSize ** 2 * 3), 1);
    return backend;
  } catch (error) {
    await backend.close();
    throw missing(error);
  }
}

function backendOf(
  runtime: OnnxRuntime,
  session: ort.InferenceSession,
  model: LocalModel,
  options: BackendOptions,
  facts: { readonly device: 'cpu' | 'gpu'; readonly threads: number },
): Backend {
  const features = options.features && model.featureSize !== null;
  const wanted = features ? [ONNX_PROBABILITIES, ONNX_FEATURES] : [ONNX_PROBABILITIES];
  return new NetworkBackend({ name: 'onnx', ...facts }, model, {
    async run(pixels, size): Promise<BackendOutput> {
      const input = new runtime.Tensor('uint8', pixels, [size, model.inputSize, model.inputSize, 3]);
      const outputs = await session.run({ [ONNX_INPUT]: input }, wanted);
      return { probabilities: floatsOf(outputs, ONNX_PROBABILITIES), features: features ? floatsOf(outputs, ONNX_FEATURES) : null };
    },
    close: () => session.release(),
  });
}

function floatsOf(outputs: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data: unknown = outputs[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`the graph gave no floats named ${name}`);
}

function createSession(runtime: OnnxRuntime, model: LocalModel, options: ort.InferenceSession.SessionOptions): Promise<ort.InferenceSession> {
  return runtime.InferenceSession.create(model.onnxFile, {
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    ...options,
  });
}

async function loadRuntime(): Promise<OnnxRuntime> {
  try {
    const runtime = await import('onnxruntime-node');
    // It would print coloured lines of its own for faults that it also throws, a missing CUDA provider among them.
    runtime.env.logLevel = 'fatal';
    return runtime;
  } catch (error) {
    throw new FramewatchError(
      'ENGINE_BACKEND_UNAVAILABLE',
      `onnxruntime-node could not be loaded on ${process.platform} ${process.arch}: ${messageOf(error)}; run \`npm ci\`, or set engine.backend to wasm`,
      { cause: error },
    );
  }
}
