import type { NodeAttribute } from './node-attributes.ts';

/** An ONNX graph that can be rewritten: nodes in the order in which they run. Never changed in place. */
export interface Graph {
  readonly name: string;
  readonly irVersion: number;
  /** Version of each set of operators, by domain; '' is the standard one. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, GraphConstant>;
  /** `ValueInfoProto` messages as they were written. */
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

export interface GraphNode {
  readonly name: string;
  readonly opType: string;
  /** '' for the standard operators. */
  readonly domain: string;
  /** An optional input that is left out is ''. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly NodeAttribute[];
}

export interface GraphConstant {
  readonly dims: readonly number[];
  /** `TensorProto.DataType`. */
  readonly dataType: number;
  /** Little-endian values; null when the file stores them in another way. */
  readonly bytes: Uint8Array | null;
  /** The message as it was read, name included; null for a constant that was made here. */
  readonly content: Uint8Array | null;
}

export interface GraphValue {
  readonly name: string;
  readonly content: Uint8Array;
}

/** Who makes and who reads each tensor. */
export interface GraphLinks {
  readonly makers: ReadonlyMap<string, GraphNode>;
  readonly readers: ReadonlyMap<string, readonly GraphNode[]>;
  /** Names of the tensors that leave the graph. */
  readonly leaving: ReadonlySet<string>;
}

export function linksOf(graph: Pick<Graph, 'nodes' | 'outputs'>): GraphLinks {
  const makers = new Map<string, GraphNode>();
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const output of node.outputs) makers.set(output, node);
    for (const input of new Set(node.inputs)) {
      const list = readers.get(input);
      if (list) list.push(node);
      else readers.set(input, [node]);
    }
  }
  return { makers, readers, leaving: new Set(graph.outputs.map(({ name }) => name)) };
}

/** The node that alone reads `tensor`; null when there are several, or it leaves the graph. */
export function onlyReader({ readers, leaving }: GraphLinks, tensor: string): GraphNode | null {
  const [first, ...others] = readers.get(tensor) ?? [];
  return first === undefined || others.length > 0 || leaving.has(tensor) ? null : first;
}

export function outputOf(node: GraphNode): string {
  return node.outputs[0] ?? '';
}

export function isStandard(node: GraphNode, opType: string): boolean {
  return node.domain === '' && node.opType === opType;
}

/** An attribute that is a list of numbers; `absent` when the node does not have it. */
export function integersOf(node: GraphNode, name: string, absent: readonly number[]): readonly number[] {
  return node.attributes.find((attribute) => attribute.name === name)?.integers ?? absent;
}

export function integerOf(node: GraphNode, name: string, absent: number): number {
  return node.attributes.find((attribute) => attribute.name === name)?.integer ?? absent;
}

export function textOf(node: GraphNode, name: string, absent: string): string {
  return node.attributes.find((attribute) => attribute.name === name)?.text ?? absent;
}
