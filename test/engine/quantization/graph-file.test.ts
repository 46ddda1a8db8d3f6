import { describe, expect, it } from 'vitest';
import { linksOf, onlyReader } from '../../../src/engine/quantization/graph.ts';
import { floatsOf, readGraph, writeGraph } from '../../../src/engine/quantization/graph-file.ts';
import { largestDifference, resultsOf } from '../../helpers/graph-results.ts';
import { smallNetwork, smallNetworkFile, smallPictures } from '../../helpers/small-network.ts';

describe('a graph that is read and written', () => {
  it('computes what the file computes, bit for bit, and is the same when it is read again', async () => {
    const graph = readGraph(smallNetworkFile());
    const again = readGraph(writeGraph(graph));
    expect({ ...again, constants: null }).toEqual({ ...graph, constants: null });
    expect([...again.constants].map(([name, { dims, bytes }]) => [name, dims, bytes])).toEqual(
      [...graph.constants].map(([name, { dims, bytes }]) => [name, dims, bytes]),
    );
    const pixels = smallPictures(2);
    expect(largestDifference(await resultsOf(again, pixels, 2, 'probabilities'), await resultsOf(graph, pixels, 2, 'probabilities'))).toBe(0);
  });

  it('loses the constants that nobody reads any more', () => {
    const graph = smallNetwork();
    const without = readGraph(writeGraph({ ...graph, nodes: graph.nodes.filter(({ name }) => name !== 'classes:Gemm') }));
    expect(graph.constants.has('classes/kernel')).toBe(true);
    expect(without.constants.has('classes/kernel')).toBe(false);
  });

  it('gives floats of float constants only', () => {
    const graph = smallNetwork();
    const kernel = graph.constants.get('one/kernel');
    expect(kernel && floatsOf(kernel)?.length).toBe(48);
    expect(kernel && floatsOf({ ...kernel, dataType: 7 })).toBeNull();
  });

  it('refuses what is no ONNX file', () => {
    expect(() => readGraph(Buffer.from('no graph'))).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });
});

it('knows who alone reads a tensor', () => {
  const links = linksOf(smallNetwork());
  expect(onlyReader(links, 'first:Conv')?.name).toBe('first:Relu');
  expect(onlyReader(links, 'halved:MaxPool')).toBeNull();
  expect(onlyReader(links, 'probabilities')).toBeNull();
});
