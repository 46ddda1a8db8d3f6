import type { BackendName, DeviceName, Precision } from '../engine.ts';
import type { ModelFormat } from '../network-source.ts';
import { backendsOf } from './runnable-formats.ts';

/** One way to run a network. */
export interface EngineCombination {
  readonly backend: BackendName;
  readonly device: DeviceName;
  readonly precision: Precision;
}

/** In what a backend can compute on a device; nothing where it has no such device. */
const PRECISIONS: Readonly<Record<BackendName, Readonly<Record<DeviceName, readonly Precision[]>>>> = {
  onnx: { gpu: ['float32'], cpu: ['float32', 'int8'] },
  tensorflow: { gpu: ['float32'], cpu: ['float32'] },
  wasm: { gpu: [], cpu: ['float32'] },
};

/** Every way to run a model of this format that this version knows. Whether this machine has what it needs shows when it is opened. */
export function combinationsOf(format: ModelFormat): readonly EngineCombination[] {
  return backendsOf(format).flatMap((backend) =>
    (['cpu', 'gpu'] as const).flatMap((device) => PRECISIONS[backend][device].map((precision) => ({ backend, device, precision }))),
  );
}
