import { type Graph, type GraphNode, integerOf, isStandard } from './graph.ts';
import { floatsOf } from './graph-file.ts';
import { roundKernel } from './weight-rounding.ts';

/** The weights of a fully connected layer in bytes: it computes in float, but its weights are most of what is left of the file. */
export interface StoredMatrix {
  /** Of the constant. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Int8Array;
  readonly scales: Float32Array;
  /** Which dimension has a scale for each of its places: that of the outputs. */
  readonly axis: 0 | 1;
}

/** Fewer values are not worth a node more. */
const LEAST_VALUES = 16_384;

/** Null for nodes of other kinds, small ones, and those whose weights are computed by the graph. */
export function storedMatrix(node: GraphNode, { constants }: Pick<Graph, 'constants'>): StoredMatrix | null {
  if (!isStandard(node, 'Gemm')) return null;
  const name = node.inputs[1] ?? '';
  const constant = constants.get(name);
  const values = constant ? floatsOf(constant) : null;
  if (constant === undefined || values === null || constant.dims.length !== 2 || values.length < LEAST_VALUES) return null;
  const [rows = 0, columns = 0] = constant.dims;
  const axis = integerOf(node, 'transB', 0) === 0 ? 1 : 0;
  if (axis === 0) return { name, dims: constant.dims, axis, ...roundKernel({ values, filters: rows }) };
  const rounded = roundKernel({ values: turned(values, rows, columns), filters: columns });
  return { name, dims: constant.dims, axis, scales: rounded.scales, values: turned(rounded.values, columns, rows) };
}

/** Rows become columns. */
function turned<Values extends Float32Array | Int8Array>(values: Values, rows: number, columns: number): Values {
  const result = values.slice() as Values;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column] ?? 0;
  return result;
}
