import type * as ort from 'onnxruntime-node';
import { ONNX_INPUT } from '../onnx/onnx-picture-input.ts';
import type { Graph } from './graph.ts';
import { declaredValue, writeGraph } from './graph-file.ts';

/** A tensor of floats that a graph gave. */
export interface RunTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A graph that runs on pictures and shows what is inside of it. */
export interface GraphRun {
  /** `count` pictures as the network wants them (RGB uint8 NHWC). */
  run(pixels: Uint8Array, count: number): Promise<ReadonlyMap<string, RunTensor>>;
  close(): Promise<void>;
}

export interface Shown {
  readonly name: string;
  /** `TensorProto.DataType`. */
  readonly dataType: number;
}

/** Opens `graph` on the CPU; its results are the tensors `shown`. */
export async function openRun(graph: Graph, size: number, shown: readonly Shown[], threads: number): Promise<GraphRun> {
  const runtime: typeof ort = await import('onnxruntime-node');
  const bytes = writeGraph({ ...graph, outputs: shown.map(({ name, dataType }) => declaredValue(name, dataType)) });
  const session = await runtime.InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return {
    async run(pixels, count) {
      const outputs = await session.run({ [ONNX_INPUT]: new runtime.Tensor('uint8', pixels, [count, size, size, 3]) });
      return new Map(Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data: data as Float32Array }]));
    },
    close: () => session.release(),
  };
}
