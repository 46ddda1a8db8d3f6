import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../../src/engine/quantization/graph.ts';
import { floatConstant } from '../../../src/engine/quantization/graph-file.ts';
import { integerAttribute } from '../../../src/engine/quantization/node-attributes.ts';
import { storedMatrix } from '../../../src/engine/quantization/stored-matrix.ts';
import { noise } from '../../helpers/small-model.ts';

const [ROWS, COLUMNS] = [128, 160];
const matrix = Float32Array.from(noise(ROWS * COLUMNS, 3), (byte, index) => (byte / 127.5 - 1) * (1 + (index % COLUMNS)));
const gemm: GraphNode = { name: 'g', opType: 'Gemm', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: [] };
const constantsOf = (rows: number, columns: number, values = matrix) => ({ constants: new Map([['w', floatConstant([rows, columns], values)]]) });

describe('storedMatrix', () => {
  it('has a scale for each output, whichever way the matrix lies', () => {
    const across = storedMatrix(gemm, constantsOf(ROWS, COLUMNS));
    expect(across).toMatchObject({ name: 'w', dims: [ROWS, COLUMNS], axis: 1 });
    expect(across?.scales).toHaveLength(COLUMNS);
    const along = storedMatrix({ ...gemm, attributes: [integerAttribute('transB', 1)] }, constantsOf(ROWS, COLUMNS));
    expect([along?.axis, along?.scales.length]).toEqual([0, ROWS]);
    for (const stored of [across, along]) {
      for (const [index, weight] of matrix.entries()) {
        const scale = stored?.scales[stored.axis === 1 ? index % COLUMNS : Math.floor(index / COLUMNS)] ?? 0;
        // Half a step; a little more where cutting off the largest serves all others.
        expect(Math.abs((stored?.values[index] ?? 0) * scale - weight)).toBeLessThan(scale * 4);
      }
    }
    // Columns of different sizes: one scale for all would lose the small ones.
    expect((across?.scales[COLUMNS - 1] ?? 0) / (across?.scales[0] ?? 1)).toBeGreaterThan(100);
  });

  it('leaves small ones, other operators, and weights that are no constants', () => {
    expect(storedMatrix(gemm, constantsOf(4, 4, new Float32Array(16)))).toBeNull();
    expect(storedMatrix({ ...gemm, opType: 'MatMul' }, constantsOf(ROWS, COLUMNS))).toBeNull();
    expect(storedMatrix(gemm, { constants: new Map() })).toBeNull();
  });
});
