import { isPointwise, kernelOf } from './convolution.ts';
import { type Graph, type GraphLinks, type GraphNode, integerOf, integersOf, isStandard, linksOf, onlyReader, outputOf } from './graph.ts';

/**
 * Puts each average pooling that only a pointwise convolution reads behind that convolution. An average of real pixels only is a weighted mean, and a weighted mean of
 * `Wx + b` is `W·mean(x) + b`: the result is the same. What is pooled then has the convolution's channels, which are fewer, and its values are rounded to 8 bits before
 * they are averaged, not after: the average evens the rounding out.
 */
export function poolBehindConvolution(graph: Graph): Graph {
  const links = linksOf(graph);
  const moves = new Map<GraphNode, GraphNode>();
  for (const pool of graph.nodes) {
    const convolution = movedOver(pool, links, graph);
    if (convolution === null) continue;
    const [first, second] = swapped(pool, convolution);
    moves.set(pool, first);
    moves.set(convolution, second);
  }
  return { ...graph, nodes: graph.nodes.map((node) => moves.get(node) ?? node) };
}

function movedOver(pool: GraphNode, links: GraphLinks, graph: Graph): GraphNode | null {
  if (!isStandard(pool, 'AveragePool') || (integerOf(pool, 'count_include_pad', 0) !== 0 && integersOf(pool, 'pads', [0]).some((pad) => pad !== 0)))
    return null;
  const reader = onlyReader(links, outputOf(pool));
  const kernel = reader && kernelOf(reader, graph);
  return reader && kernel && reader.inputs[0] === outputOf(pool) && isPointwise(reader, kernel) && kernel.filters <= kernel.channels ? reader : null;
}

/** What takes the pooling's place, and what the convolution's, whose result keeps its name. */
function swapped(pool: GraphNode, convolution: GraphNode): readonly [GraphNode, GraphNode] {
  const between = `${outputOf(convolution)}/unpooled`;
  return [
    { ...convolution, inputs: [pool.inputs[0] ?? '', ...convolution.inputs.slice(1)], outputs: [between] },
    { ...pool, inputs: [between], outputs: convolution.outputs },
  ];
}
