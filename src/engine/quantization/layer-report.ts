import type { TensorStatistics } from './calibration.ts';
import type { QuantisedNumbers } from './int8-graph.ts';
import type { Plan } from './plan.ts';
import { relativeError } from './value-range.ts';

/** What rounding does to one convolution, as shares of the values themselves (root of the mean square of the errors over that of the values). */
export interface LayerReport {
  readonly name: string;
  readonly weightError: number;
  /** Of the values that it reads. */
  readonly inputError: number;
}

export function layerReports(plan: Plan, numbers: QuantisedNumbers, statistics: ReadonlyMap<string, TensorStatistics>): readonly LayerReport[] {
  return plan.units.flatMap(({ convolution: { name }, kernel, input }) => {
    const [rounded, scale, found] = [numbers.kernels.get(name), numbers.scales.get(input), statistics.get(input)];
    if (!rounded || !scale || !found) return [];
    const length = kernel.values.length / kernel.filters;
    let [errors, squares] = [0, 0];
    for (const [index, weight] of kernel.values.entries()) {
      errors += ((rounded.values[index] ?? 0) * (rounded.scales[Math.floor(index / length)] ?? 0) - weight) ** 2;
      squares += weight ** 2;
    }
    return [{ name, weightError: squares === 0 ? 0 : Math.sqrt(errors / squares), inputError: relativeError(found.histogram, scale) }];
  });
}
