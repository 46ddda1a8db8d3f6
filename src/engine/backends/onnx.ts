import { availableParallelism } from 'node:os';
import type * as ort from 'onnxruntime-node';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Backend, BackendOptions, BackendOutput, LocalModel } from '../backend.ts';
import type { Precision } from '../engine.ts';
import { ONNX_FEATURES, ONNX_INPUT, ONNX_PROBABILITIES } from '../onnx/onnx-picture-input.ts';
import { byteProductsMayOverflow } from './byte-products.ts';
import { heldGpus } from './held-gpus.ts';
import { NetworkBackend } from './network-backend.ts';
import { requireRunnable } from './runnable-formats.ts';
import { SessionsBySize } from './sessions-by-size.ts';

type OnnxRuntime = typeof ort;

/** Which session runs a batch of `size` pictures. */
interface Sessions {
  of(size: number): Promise<ort.InferenceSession>;
  release(): Promise<void>;
}

/** A way to a GPU, as ONNX Runtime calls it. */
type GpuProvider = 'cuda' | 'webgpu';

/** A GPU judges a picture in milliseconds even when it is a small one; what takes longer than this computes on the CPU and only calls itself a GPU. */
const SLOWEST_GPU_MS = 1000;

/**
 * ONNX Runtime on the converted graph. `device: auto` is CUDA where its provider is installed, else the CPU; `gpu` takes WebGPU too, which is in the
 * npm package: it reaches any GPU with a Vulkan driver, but not every one of them is faster than the CPU beside it, so a person has to ask for it.
 * Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE, ENGINE_DEVICE_UNAVAILABLE (a GPU was asked for), ENGINE_START_FAILED.
 */
export async function openOnnx(model: LocalModel, options: BackendOptions): Promise<Backend> {
  requireRunnable('onnx', model);
  const runtime = await loadRuntime();
  if (options.device === 'gpu') return openGpu(runtime, model, options, ['cuda', 'webgpu']);
  if (options.device === 'cpu') return openCpu(runtime, model, options);
  return openGpu(runtime, model, options, ['cuda']).catch(() => openCpu(runtime, model, options));
}

/** The int8 graph `file` of a model, on the CPU. Throws like `openOnnx`. */
export async function openOnnxInt8(model: LocalModel, file: string, options: BackendOptions): Promise<Backend> {
  requireRunnable('onnx', model);
  return openCpu(await loadRuntime(), { ...model, onnxFile: file }, options, 'int8');
}

async function openCpu(runtime: OnnxRuntime, model: LocalModel, options: BackendOptions, precision: Precision = 'float32'): Promise<Backend> {
  const threads = options.threads === 0 ? availableParallelism() : options.threads;
  // Wider products, which are right everywhere, and no faster than float32.
  const precise = precision === 'int8' && byteProductsMayOverflow() ? { x64quantprecision: '1' } : {};
  const session = await createSession(runtime, model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    // Idle threads that spin burn 14 % more CPU for no speed; the values are texts in ONNX Runtime.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' }, ...precise } },
  }).catch((error: unknown) => {
    throw new FramewatchError('ENGINE_START_FAILED', `ONNX Runtime could not open ${fileOf(model)}: ${messageOf(error)}`, { cause: error });
  });
  return backendOf(runtime, { of: () => Promise.resolve(session), release: () => session.release() }, model, options, {
    device: 'cpu',
    threads,
    precision,
  });
}

/** The first provider on which a picture was judged. */
async function openGpu(runtime: OnnxRuntime, model: LocalModel, options: BackendOptions, providers: readonly GpuProvider[]): Promise<Backend> {
  const reasons: string[] = [];
  for (const provider of providers) {
    try {
      return await openProvider(runtime, model, options, provider);
    } catch (error) {
      reasons.push(`${provider}: ${messageOf(error).trim()}`);
    }
  }
  throw new FramewatchError(
    'ENGINE_DEVICE_UNAVAILABLE',
    `ONNX Runtime could not use a GPU (${reasons.join('; ')}); docs/gpu.md says what each way needs, or set engine.device to cpu`,
  );
}

async function openProvider(runtime: OnnxRuntime, model: LocalModel, options: BackendOptions, provider: GpuProvider): Promise<Backend> {
  if (!runtime.listSupportedBackends().some(({ name }) => name === provider))
    throw new Error(`not in ONNX Runtime for ${process.platform} ${process.arch}`);
  // Without the second setting nodes that the provider refuses would quietly run on the CPU.
  const open = () => createSession(runtime, model, { executionProviders: [provider], extra: { session: { disable_cpu_ep_fallback: '1' } } });
  const sessions = await openSessions(open, provider);
  const backend = backendOf(runtime, sessions, model, options, { device: 'gpu', threads: 1, provider });
  try {
    // Before the first picture: the Vulkan of a CPU takes minutes for it.
    if (process.platform === 'linux' && heldGpus().length === 0) throw new Error('the adapter that it found is software, no GPU is open');
    await requireSpeed(backend, model);
    return backend;
  } catch (error) {
    await backend.close();
    throw error;
  }
}

/**
 * CUDA plans every convolution anew when a batch has another size than the last one, which takes 20 times as long as the batch
 * (0.2 s on an H100): there each size has a session of its own. WebGPU runs all sizes in one.
 * The first session is opened at once: it shows whether the provider works.
 */
async function openSessions(open: () => Promise<ort.InferenceSession>, provider: GpuProvider): Promise<Sessions> {
  const first = await open();
  if (provider === 'webgpu') return { of: () => Promise.resolve(first), release: () => first.release() };
  return new SessionsBySize(open, first);
}

async function requireSpeed(backend: Backend, model: LocalModel): Promise<void> {
  const picture = new Uint8Array(model.inputSize ** 2 * 3);
  // The first run compiles kernels.
  await backend.run(picture, 1);
  const start = performance.now();
  await backend.run(picture, 1);
  const ms = performance.now() - start;
  if (ms > SLOWEST_GPU_MS) throw new Error(`one picture took ${Math.round(ms)} ms, so what computes is no GPU`);
}

function backendOf(
  runtime: OnnxRuntime,
  sessions: Sessions,
  model: LocalModel,
  options: BackendOptions,
  facts: { readonly device: 'cpu' | 'gpu'; readonly threads: number; readonly provider?: GpuProvider; readonly precision?: Precision },
): Backend {
  const run = async (pixels: Uint8Array, size: number, asked = options.features): Promise<BackendOutput> => {
    const features = asked && model.featureSize !== null;
    const input = new runtime.Tensor('uint8', pixels, [size, model.inputSize, model.inputSize, 3]);
    const session = await sessions.of(size);
    // What is not named here is not copied out; the network computes it in any case, on its way to the classes.
    const outputs = await session.run({ [ONNX_INPUT]: input }, features ? [ONNX_PROBABILITIES, ONNX_FEATURES] : [ONNX_PROBABILITIES]);
    return { probabilities: floatsOf(outputs, ONNX_PROBABILITIES), features: features ? floatsOf(outputs, ONNX_FEATURES) : null };
  };
  const prepare = async (size: number) => {
    await run(new Uint8Array(size * model.inputSize ** 2 * 3), size);
  };
  return new NetworkBackend({ name: 'onnx', ...facts }, model, {
    run,
    // On a GPU the first batch of a size takes a hundred times as long as the next: kernels are compiled and tried against each other.
    ...(facts.device === 'gpu' ? { prepare } : {}),
    close: () => sessions.release(),
  });
}

function floatsOf(outputs: ort.InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data: unknown = outputs[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`the graph gave no floats named ${name}`);
}

function createSession(runtime: OnnxRuntime, model: LocalModel, options: ort.InferenceSession.SessionOptions): Promise<ort.InferenceSession> {
  return runtime.InferenceSession.create(fileOf(model), {
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    interOpNumThreads: 1,
    ...options,
  });
}

function fileOf({ name, onnxFile }: LocalModel): string {
  if (onnxFile !== null) return onnxFile;
  throw new FramewatchError('INTERNAL', `the model ${name} was not converted`);
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
