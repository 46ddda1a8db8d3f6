import { describe, expect, it } from 'vitest';
import { type GraphNode, isStandard } from '../../../src/engine/quantization/graph.ts';
import { integerAttribute } from '../../../src/engine/quantization/node-attributes.ts';
import { poolBehindConvolution } from '../../../src/engine/quantization/pool-order.ts';
import { largestDifference, resultsOf } from '../../helpers/graph-results.ts';
import { smallNetwork, smallPictures } from '../../helpers/small-network.ts';

const order = (nodes: readonly GraphNode[]) => nodes.filter(({ name }) => /^(mean|behind):(AveragePool|Conv)/.test(name)).map(({ opType }) => opType);

describe('poolBehindConvolution', () => {
  it('turns the two round and leaves the function as it was, at the border of the picture too', async () => {
    for (const seed of [1, 2, 3]) {
      const graph = smallNetwork({ seed });
      const moved = poolBehindConvolution(graph);
      expect(order(graph.nodes)).toEqual(['AveragePool', 'Conv']);
      expect(order(moved.nodes)).toEqual(['Conv', 'AveragePool']);
      const pixels = smallPictures(3, seed);
      const [before, after] = [await resultsOf(graph, pixels, 3, 'behind:Relu'), await resultsOf(moved, pixels, 3, 'behind:Relu')];
      expect(before.some((value) => value > 0.1)).toBe(true);
      expect(largestDifference(before, after)).toBeLessThan(1e-5);
    }
  });

  it('leaves a pooling that counts its padding, whose border is no mean of real pixels, and one that others read', () => {
    const graph = smallNetwork();
    const change = (what: (node: GraphNode) => GraphNode) => ({
      ...graph,
      nodes: graph.nodes.map((node) => (isStandard(node, 'AveragePool') ? what(node) : node)),
    });
    const counting = change((node) => ({
      ...node,
      attributes: [...node.attributes.filter(({ name }) => name !== 'count_include_pad'), integerAttribute('count_include_pad', 1)],
    }));
    expect(poolBehindConvolution(counting).nodes).toEqual(counting.nodes);
    const alsoRead = { ...graph, outputs: [...graph.outputs, { name: 'mean:AveragePool', content: new Uint8Array() }] };
    expect(poolBehindConvolution(alsoRead).nodes).toEqual(graph.nodes);
  });
});
