import { expect, it } from 'vitest';
import { requireRunnable } from '../../../src/engine/backends/runnable-formats.ts';
import type { BackendName } from '../../../src/engine/engine.ts';
import type { NetworkSource } from '../../../src/engine/network-source.ts';

const place = { kind: 'local', path: '/m' } as const;
const SOURCES: readonly NetworkSource[] = [
  { format: 'tfjs-layers', place, topologySha256: '' },
  { format: 'tfjs-graph', place, topologySha256: '' },
  { format: 'saved-model', place },
  { format: 'onnx', place },
];

it.each<[BackendName, readonly string[]]>([
  ['onnx', ['tfjs-layers', 'onnx']],
  ['tensorflow', ['tfjs-layers', 'tfjs-graph', 'saved-model']],
  ['wasm', ['tfjs-layers', 'tfjs-graph']],
])('%s runs what it can, and names who runs the rest', (backend, runs) => {
  for (const source of SOURCES) {
    const require = () => requireRunnable(backend, { name: 'm', source });
    if (runs.includes(source.format)) expect(require).not.toThrow();
    else
      expect(require).toThrow(
        new RegExp(`the ${backend} backend does not run models of format ${source.format}, which m is: set engine.backend to \\w`),
      );
  }
});
