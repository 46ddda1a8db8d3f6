import { FramewatchError } from '../../util/errors.ts';
import type { LocalModel } from '../backend.ts';
import type { BackendName } from '../engine.ts';
import type { ModelFormat } from '../network-source.ts';

/** Which backends run a model that comes in this format. */
const BACKENDS_OF: Readonly<Record<ModelFormat, readonly BackendName[]>> = {
  'tfjs-layers': ['onnx', 'tensorflow', 'wasm'],
  'tfjs-graph': ['tensorflow', 'wasm'],
  'saved-model': ['tensorflow'],
  onnx: ['onnx'],
};

/** The backends that run a model of this format, best first. */
export function backendsOf(format: ModelFormat): readonly BackendName[] {
  return BACKENDS_OF[format];
}

/** Throws FramewatchError ENGINE_BACKEND_UNAVAILABLE, naming the backends that do, when `backend` does not run such a model. */
export function requireRunnable(backend: BackendName, { name, source: { format } }: Pick<LocalModel, 'name' | 'source'>): void {
  const able = BACKENDS_OF[format];
  if (able.includes(backend)) return;
  throw new FramewatchError(
    'ENGINE_BACKEND_UNAVAILABLE',
    `the ${backend} backend does not run models of format ${format}, which ${name} is: set engine.backend to ${able.join(' or ')}, or to auto`,
  );
}
