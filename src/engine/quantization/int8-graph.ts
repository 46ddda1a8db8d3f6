import { DATA_TYPE } from '../onnx/onnx-message.ts';
import { type Graph, type GraphConstant, type GraphNode, outputOf } from './graph.ts';
import { constantOf, floatConstant } from './graph-file.ts';
import { integerAttribute, type NodeAttribute } from './node-attributes.ts';
import type { ConvolutionUnit, Plan } from './plan.ts';
import { type StoredMatrix, storedMatrix } from './stored-matrix.ts';
import type { ByteScale } from './value-range.ts';
import type { RoundedKernel } from './weight-rounding.ts';

/** All numbers that a plan needs. */
export interface QuantisedNumbers {
  /** By tensor; tensors of one group have the same. */
  readonly scales: ReadonlyMap<string, ByteScale>;
  /** By the unit's convolution: what is between convolution and pooling. */
  readonly unpooled: ReadonlyMap<string, ByteScale>;
  readonly kernels: ReadonlyMap<string, RoundedKernel>;
  /** In real numbers. */
  readonly biases: ReadonlyMap<string, Float32Array>;
}

const CONTRIB = 'com.microsoft';
const LARGEST_INT32 = 2 ** 31 - 1;

/**
 * The graph in which the planned part computes in bytes: QLinearConv of uint8 activations and int8 weights, one scale a filter; QLinearAveragePool of ONNX Runtime; MaxPool and
 * Concat on bytes. An activation that cuts off below 0 needs no node: the range of its result begins at 0, and what is below saturates.
 */
export function int8Graph(plan: Plan, numbers: QuantisedNumbers): Graph {
  const writer = new Int8Writer(plan, numbers);
  return writer.write();
}

class Int8Writer {
  readonly #plan: Plan;
  readonly #numbers: QuantisedNumbers;
  readonly #nodes: GraphNode[] = [];
  readonly #constants: Map<string, GraphConstant>;
  readonly #bytesThere = new Set<string>();
  readonly #floatsThere = new Set<string>();

  constructor(plan: Plan, numbers: QuantisedNumbers) {
    this.#plan = plan;
    this.#numbers = numbers;
    this.#constants = new Map(plan.graph.constants);
  }

  write(): Graph {
    const { graph, units, passing } = this.#plan;
    const byConvolution = new Map(units.map((unit) => [unit.convolution, unit]));
    const inUnits = new Set(units.flatMap(({ pool, activation }) => [pool, activation]));
    for (const node of graph.nodes) {
      const unit = byConvolution.get(node);
      if (unit) this.#convolution(unit);
      else if (passing.includes(node)) this.#passing(node);
      else if (!inUnits.has(node)) this.#float(node);
    }
    for (const { name } of graph.outputs) this.#needFloats(name);
    return { ...graph, nodes: this.#nodes, constants: this.#constants, opsets: new Map([...graph.opsets, [CONTRIB, 1]]) };
  }

  #convolution({ convolution, kernel, input, pool, result }: ConvolutionUnit): void {
    const { name } = convolution;
    this.#needBytes(input);
    const inputScale = this.#scaleOf(input).scale;
    const rounded = this.#numbers.kernels.get(name);
    const bias = this.#numbers.biases.get(name);
    if (!rounded || !bias) throw new RangeError(`no numbers for ${name}`);
    this.#constants.set(`${name}/int8 weights`, constantOf(kernel.dims, DATA_TYPE.int8, rounded.values));
    this.#constants.set(`${name}/int8 weights/scale`, floatConstant([kernel.filters], rounded.scales));
    this.#constants.set(`${name}/int8 weights/zero`, constantOf([kernel.filters], DATA_TYPE.int8, new Int8Array(kernel.filters)));
    const steps = Int32Array.from(bias, (value, filter) => int32(value / (inputScale * (rounded.scales[filter] ?? 1))));
    this.#constants.set(`${name}/int8 bias`, constantOf([kernel.filters], DATA_TYPE.int32, steps));
    const between = pool === null ? result : outputOf(convolution);
    const betweenScale = pool === null ? this.#scaleConstants(result) : this.#constantsOf(between, this.#numbers.unpooled.get(name));
    this.#add('QLinearConv', '', name, convolution.attributes, between, [
      ...[bytesOf(input), ...this.#scaleConstants(input)],
      ...['', '/scale', '/zero'].map((part) => `${name}/int8 weights${part}`),
      ...[...betweenScale, `${name}/int8 bias`],
    ]);
    if (pool !== null)
      this.#add('QLinearAveragePool', CONTRIB, pool.name, pool.attributes, result, [
        bytesOf(between),
        ...betweenScale,
        ...this.#scaleConstants(result),
      ]);
    this.#bytesThere.add(result);
  }

  #passing(node: GraphNode): void {
    this.#add(node.opType, '', node.name, node.attributes, outputOf(node), node.inputs.map(bytesOf));
    this.#bytesThere.add(outputOf(node));
  }

  #float(node: GraphNode): void {
    for (const input of node.inputs) this.#needFloats(input);
    const stored = storedMatrix(node, this.#plan.graph);
    this.#nodes.push(stored === null ? node : { ...node, inputs: node.inputs.map((input) => (input === stored.name ? this.#store(stored) : input)) });
    for (const output of node.outputs) this.#floatsThere.add(output);
  }

  /** Gives the name of the tensor that has the weights as floats again. */
  #store({ name, dims, values, scales, axis }: StoredMatrix): string {
    const bytes = bytesOf(name);
    this.#constants.set(bytes, constantOf(dims, DATA_TYPE.int8, values));
    this.#constants.set(`${bytes}/scale`, floatConstant([scales.length], scales));
    this.#constants.set(`${bytes}/zero`, constantOf([scales.length], DATA_TYPE.int8, new Int8Array(scales.length)));
    const floats = `${name}/floats`;
    this.#nodes.push(nodeOf('DequantizeLinear', '', floats, [bytes, `${bytes}/scale`, `${bytes}/zero`], floats, [integerAttribute('axis', axis)]));
    return floats;
  }

  #needFloats(tensor: string): void {
    if (!this.#bytesThere.has(tensor) || this.#floatsThere.has(tensor)) return;
    this.#nodes.push(nodeOf('DequantizeLinear', '', `${tensor}/floats`, [bytesOf(tensor), ...this.#scaleConstants(tensor)], tensor, []));
    this.#floatsThere.add(tensor);
  }

  #needBytes(tensor: string): void {
    if (this.#bytesThere.has(tensor)) return;
    this.#nodes.push(nodeOf('QuantizeLinear', '', `${tensor}/bytes`, [tensor, ...this.#scaleConstants(tensor)], bytesOf(tensor), []));
    this.#bytesThere.add(tensor);
  }

  #add(opType: string, domain: string, name: string, attributes: readonly NodeAttribute[], result: string, inputs: readonly string[]): void {
    this.#nodes.push(nodeOf(opType, domain, name, inputs, bytesOf(result), attributes));
  }

  #scaleOf(tensor: string): ByteScale {
    const scale = this.#numbers.scales.get(tensor);
    if (!scale) throw new RangeError(`no scale for ${tensor}`);
    return scale;
  }

  /** Names of scale and zero point. */
  #scaleConstants(tensor: string): readonly string[] {
    const [first = tensor] = this.#plan.groups.get(tensor) ?? [];
    return this.#constantsOf(first, this.#scaleOf(first));
  }

  #constantsOf(name: string, of: ByteScale | undefined): readonly string[] {
    if (!of) throw new RangeError(`no scale for ${name}`);
    this.#constants.set(`${name}/scale`, floatConstant([], Float32Array.of(of.scale)));
    this.#constants.set(`${name}/zero`, constantOf([], DATA_TYPE.uint8, Uint8Array.of(of.zeroPoint)));
    return [`${name}/scale`, `${name}/zero`];
  }
}

/** The name of the tensor that stands for `tensor` in bytes. */
function bytesOf(tensor: string): string {
  return `${tensor}/int8`;
}

function nodeOf(
  opType: string,
  domain: string,
  name: string,
  inputs: readonly string[],
  output: string,
  attributes: readonly NodeAttribute[],
): GraphNode {
  return { name, opType, domain, inputs, outputs: [output], attributes };
}

function int32(value: number): number {
  return Math.max(-LARGEST_INT32, Math.min(LARGEST_INT32, Math.round(value)));
}
