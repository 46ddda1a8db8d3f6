import { DATA_TYPE } from '../../src/engine/onnx/onnx-message.ts';
import type { Graph } from '../../src/engine/quantization/graph.ts';
import { openRun } from '../../src/engine/quantization/graph-run.ts';
import { NETWORK_SIZE } from './small-network.ts';

/** What ONNX Runtime says of a tensor of a graph. */
export async function resultsOf(graph: Graph, pixels: Uint8Array, count: number, tensor: string): Promise<Float32Array> {
  const run = await openRun(graph, NETWORK_SIZE, [{ name: tensor, dataType: DATA_TYPE.float32 }], 1);
  try {
    return (await run.run(pixels, count)).get(tensor)?.data ?? new Float32Array();
  } finally {
    await run.close();
  }
}

export function largestDifference(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN))), 0);
}
