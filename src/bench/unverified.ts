import type { EngineInfo } from '../engine/engine.ts';

/**
 * What nobody has sent a report about yet (scripts/gpu-acceptance.sh makes one): every way to a GPU, and TensorFlow's native binding on whatever device. Figures of
 * such an engine are what it did here; that it does so elsewhere, and for long, is not known.
 */
export function isUnverified({ backend, device }: Pick<EngineInfo, 'backend' | 'device'>): boolean {
  return device === 'gpu' || backend === 'tensorflow';
}
