import { type Kernel, kernelOf } from './convolution.ts';
import { floatReason } from './float-layers.ts';
import { type Graph, type GraphLinks, type GraphNode, integersOf, isStandard, linksOf, onlyReader, outputOf, textOf } from './graph.ts';

/** A convolution with what is computed together with it: a pooling of its result, and an activation that only cuts off what is below 0. */
export interface ConvolutionUnit {
  readonly convolution: GraphNode;
  readonly kernel: Kernel;
  readonly input: string;
  readonly pool: GraphNode | null;
  readonly activation: GraphNode | null;
  /** What the unit gives. */
  readonly result: string;
}

/** A node that stays in float, and why. */
export interface KeptNode {
  readonly node: GraphNode;
  readonly reason: string;
}

/** Which part of a graph computes in bytes. */
export interface Plan {
  readonly graph: Graph;
  readonly units: readonly ConvolutionUnit[];
  /** Nodes that hand bytes on as they are (MaxPool, Concat). */
  readonly passing: readonly GraphNode[];
  /** Tensors that bytes stand for, by tensor: all of one list share a scale. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly kept: readonly KeptNode[];
}

/** Everything that can be computed in bytes is, but for the nodes that `keep` gives a reason to keep in float. */
export function planQuantisation(graph: Graph, keep: (node: GraphNode) => string | null): Plan {
  const links = linksOf(graph);
  const units: ConvolutionUnit[] = [];
  const passing: GraphNode[] = [];
  const kept: KeptNode[] = [];
  const inBytes = new Set<string>();
  const inUnits = new Set<GraphNode>();
  for (const node of graph.nodes) {
    if (inUnits.has(node)) continue;
    const reason = keep(node);
    const unit = reason === null ? unitOf(node, graph, links) : null;
    if (unit !== null) {
      units.push(unit);
      inBytes.add(unit.result);
      for (const part of [unit.pool, unit.activation]) if (part !== null) inUnits.add(part);
    } else if (reason === null && passesOn(node) && node.inputs.every((input) => inBytes.has(input))) {
      passing.push(node);
      inBytes.add(outputOf(node));
    } else kept.push({ node, reason: reason ?? reasonOf(node) });
  }
  return { graph, units, passing, groups: groupsOf(units, passing), kept };
}

function unitOf(convolution: GraphNode, graph: Graph, links: GraphLinks): ConvolutionUnit | null {
  const kernel = kernelOf(convolution, graph);
  if (kernel === null) return null;
  let result = outputOf(convolution);
  const next = (accepts: (node: GraphNode) => boolean) => {
    const reader = onlyReader(links, result);
    if (reader === null || !accepts(reader)) return null;
    result = outputOf(reader);
    return reader;
  };
  const pool = next(isPoolOfBytes);
  const activation = next((node) => isStandard(node, 'Relu'));
  return { convolution, kernel, input: convolution.inputs[0] ?? '', pool, activation, result };
}

function isPoolOfBytes(node: GraphNode): boolean {
  return (
    isStandard(node, 'AveragePool') &&
    integersOf(node, 'dilations', [1]).every((dilation) => dilation === 1) &&
    textOf(node, 'auto_pad', 'NOTSET') === 'NOTSET'
  );
}

/** What only picks among its inputs gives the same, bytes or floats. */
function passesOn(node: GraphNode): boolean {
  return (isStandard(node, 'MaxPool') && node.outputs.length === 1) || isStandard(node, 'Concat');
}

function reasonOf(node: GraphNode): string {
  return isStandard(node, 'Conv') ? 'its weights are not constants, or it is no convolution of pictures' : floatReason(node);
}

function groupsOf(units: readonly ConvolutionUnit[], passing: readonly GraphNode[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const tensor of units.flatMap(({ input, result }) => [input, result])) if (!groups.has(tensor)) groups.set(tensor, [tensor]);
  for (const node of passing) {
    const joined = [...new Set([...node.inputs, outputOf(node)].flatMap((tensor) => groups.get(tensor) ?? [tensor]))];
    for (const tensor of joined) groups.set(tensor, joined);
  }
  return groups;
}
