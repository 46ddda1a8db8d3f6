import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { Logger } from '../../util/logger.ts';
import type { Backend, LocalModel } from '../backend.ts';
import { type Int8Form, quantizeAdvice } from '../quantization/int8-form.ts';
import { Int8SelfTest } from '../quantization/int8-self-test.ts';
import type { BatchSelfTest } from '../self-test/self-test.ts';
import { selfTestOf } from '../self-test/self-test-choice.ts';
import { openOnnxInt8 } from './onnx.ts';
import { type BackendChoice, openBackend } from './open-backend.ts';

export interface PreciseBackend {
  readonly backend: Backend;
  readonly selfTest: BatchSelfTest;
  /** As in `EngineInfo`. */
  readonly fallback: string | null;
}

export interface PrecisionSurroundings {
  /** Null for `precision: float32`, which does not ask. */
  readonly int8: Int8Form | null;
  /** Ascending. */
  readonly batchSizes: readonly number[];
  readonly log: Logger;
}

type Openers = Readonly<{ float32: typeof openBackend; int8: typeof openOnnxInt8 }>;

/**
 * Opens a network that computes with the wanted numbers. `auto` takes int8 where the network would run in ONNX Runtime on the CPU, an int8 form of these very weights is there
 * and passes its self-test at every allowed batch size; else float32, and the log says why. Throws what `openBackend` throws; for `int8` also MODEL_NOT_FOUND (none was made),
 * MODEL_HASH_MISMATCH (it is not of these weights, or damaged), ENGINE_BACKEND_UNAVAILABLE and ENGINE_DEVICE_UNAVAILABLE.
 */
export async function openPrecision(
  model: LocalModel,
  choice: BackendChoice,
  surroundings: PrecisionSurroundings,
  open: Openers = { float32: openBackend, int8: openOnnxInt8 },
): Promise<PreciseBackend> {
  if (choice.precision === 'int8') return openInt8(model, choice, surroundings, open);
  const float = { ...(await open.float32(model, choice)), selfTest: selfTestOf(model) };
  const { name, device } = float.backend;
  if (choice.precision === 'float32' || name !== 'onnx' || device !== 'cpu') return float;
  return passedInt8(model, choice, surroundings, open, float);
}

async function openInt8(model: LocalModel, choice: BackendChoice, { int8 }: PrecisionSurroundings, open: Openers): Promise<PreciseBackend> {
  const form = requireReady(model, int8);
  const reasons = refusals(choice);
  if (reasons !== null && choice.onUnavailable === 'fail') throw reasons;
  return {
    backend: await open.int8(model, form.file, choice),
    selfTest: new Int8SelfTest(model, form.selfTest),
    fallback: reasons?.message ?? null,
  };
}

/** The int8 network, when it passes; the float one is closed then. Where an int8 form is there and cannot be used that is a fallback; where none is, a line in the log. */
async function passedInt8(
  model: LocalModel,
  choice: BackendChoice,
  { int8, batchSizes, log }: PrecisionSurroundings,
  open: Openers,
  float: PreciseBackend,
): Promise<PreciseBackend> {
  if (int8 === null || int8.state === 'absent') {
    const reason = int8 === null ? 'nobody looked for an int8 form' : `${int8.reason}; ${quantizeAdvice(model.name)}`;
    log.info({ model: model.name, reason }, 'The network computes in float32, not int8');
    return float;
  }
  const fallenBack = (reason: string): PreciseBackend => {
    const fallback = `computing in float32, for the int8 form of ${model.name} cannot be used: ${reason}`;
    return { ...float, fallback: float.fallback === null ? fallback : `${float.fallback}; ${fallback}` };
  };
  if (int8.state !== 'ready') return fallenBack(`${int8.reason}; ${quantizeAdvice(model.name)}`);
  const selfTest = new Int8SelfTest(model, int8.selfTest);
  let backend: Backend | undefined;
  try {
    backend = await open.int8(model, int8.file, choice);
    for (const [index, size] of batchSizes.entries()) await (index === 0 ? selfTest.runAll(backend, size) : selfTest.runOnce(backend, size));
  } catch (error) {
    await backend?.close();
    return fallenBack(messageOf(error));
  }
  await float.backend.close();
  return { backend, selfTest, fallback: float.fallback };
}

function requireReady({ name }: LocalModel, int8: Int8Form | null): Extract<Int8Form, { state: 'ready' }> {
  if (int8?.state === 'ready') return int8;
  const reason = int8?.reason ?? `the model ${name} has no int8 form`;
  throw new FramewatchError(
    int8 === null || int8.state === 'absent' ? 'MODEL_NOT_FOUND' : 'MODEL_HASH_MISMATCH',
    `${reason}: ${quantizeAdvice(name)}, or set engine.precision to auto or float32`,
  );
}

/** Why int8 cannot run as it is asked for; null when it can. */
function refusals({ backend, device }: BackendChoice): FramewatchError | null {
  if (backend !== 'auto' && backend !== 'onnx')
    return new FramewatchError(
      'ENGINE_BACKEND_UNAVAILABLE',
      `the ${backend} backend does not compute in int8: set engine.backend to onnx, or engine.precision to auto or float32`,
    );
  if (device === 'gpu')
    return new FramewatchError(
      'ENGINE_DEVICE_UNAVAILABLE',
      'int8 runs on the CPU only: set engine.device to cpu, or engine.precision to auto or float32',
    );
  return null;
}
