import { GRAPH_FIELD, NODE_FIELD, type OnnxFile, type OnnxNode } from './onnx-file.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { messageField, readFields, textField } from './onnx-wire.ts';

/**
 * The nodes of a graph that was written for one picture, so that they take any number. What holds such a graph to one picture are reshapes with a 1 in
 * front: it becomes "as many as there are" (-1), or "as many as came in" (0) where another extent is left open already. Their new shapes become constants
 * of `graph`. Reshapes of weights stay as they are.
 */
export function freeBatch(file: OnnxFile, graph: OnnxGraph): readonly OnnxNode[] {
  const constants = new Map(file.constants);
  for (const { value, outputs } of file.nodes) if (value !== null) for (const name of outputs) constants.set(name, value);
  return file.nodes.map((node, index) => {
    const [data = '', shapeName = ''] = node.inputs;
    const shape = constants.get(shapeName)?.integers;
    if (node.opType !== 'Reshape' || constants.has(data) || !shape || shape[0] !== 1) return node;
    const free = [shape.includes(-1) ? 0 : -1, ...shape.slice(1)];
    return renameTensors(node, new Map([[shapeName, graph.integers(`${graph.name}/free shape ${index}`, free)]]));
  });
}

/** The node with other names for its inputs and outputs; all else stays as it was written, but that it loses a name of its own that is among them. */
export function renameTensors(node: OnnxNode, names: ReadonlyMap<string, string>): OnnxNode {
  const named = (name: string) => names.get(name) ?? name;
  if (![node.name, ...node.inputs, ...node.outputs].some((name) => names.has(name))) return node;
  const inputs = node.inputs.map(named);
  const outputs = node.outputs.map(named);
  const replaced: readonly number[] = [NODE_FIELD.input, NODE_FIELD.output, ...(names.has(node.name) ? [NODE_FIELD.name] : [])];
  const rest = readFields(node.field.content).filter(({ id }) => !replaced.includes(id));
  const content = Buffer.concat([
    ...inputs.map((name) => textField(NODE_FIELD.input, name)),
    ...outputs.map((name) => textField(NODE_FIELD.output, name)),
    ...rest.map(({ bytes }) => bytes),
  ]);
  return { ...node, inputs, outputs, field: { id: GRAPH_FIELD.node, content, bytes: messageField(GRAPH_FIELD.node, content) } };
}
