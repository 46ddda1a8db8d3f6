/** How the results of one network stand to those of another, over the same pictures. Shares are 0…1. */
export interface Agreement {
  readonly pictures: number;
  /** Pictures of which the reference is sure: its first label leads the second by more than `CLEAR_MARGIN`. */
  readonly clear: number;
  /** Of the clear ones: same first label. 1 when none is clear. */
  readonly sameTop: number;
  /** Mean and 99th percentile of the absolute difference of a probability. */
  readonly meanDifference: number;
  readonly p99Difference: number;
  /** Of all comparisons of a probability with a threshold: those that come out differently. */
  readonly crossings: number;
  /** Of all pictures: those of which at least one comparison comes out differently. */
  readonly picturesWithCrossing: number;
}

const CLEAR_MARGIN = 0.1;
const CROSSING_THRESHOLDS: readonly number[] = [0.5, 0.8];

/** What an int8 network must reach against float32. */
const REQUIRED = { sameTop: 0.99, meanDifference: 0.02, p99Difference: 0.1, crossings: 0.01 } as const;

export interface Criterion {
  readonly name: string;
  readonly value: number;
  readonly required: string;
  readonly met: boolean;
}

/** Both are `pictures × labels`, row by row. */
export function agreementOf(reference: Float32Array, other: Float32Array, labels: number): Agreement {
  const pictures = reference.length / labels;
  const differences = new Float64Array(reference.length);
  let [clear, same, crossings, withCrossing] = [0, 0, 0, 0];
  for (let row = 0; row < pictures; row++) {
    const [wanted, got] = [reference.subarray(row * labels, (row + 1) * labels), other.subarray(row * labels, (row + 1) * labels)];
    if (marginOf(wanted) > CLEAR_MARGIN) {
      clear += 1;
      if (firstLabel(wanted) === firstLabel(got)) same += 1;
    }
    let crossed = 0;
    for (const [label, value] of wanted.entries()) {
      const now = got[label] ?? Number.NaN;
      differences[row * labels + label] = Math.abs(value - now);
      crossed += CROSSING_THRESHOLDS.filter((threshold) => value >= threshold !== now >= threshold).length;
    }
    crossings += crossed;
    if (crossed > 0) withCrossing += 1;
  }
  differences.sort();
  return {
    ...{ pictures, clear, sameTop: clear === 0 ? 1 : same / clear },
    meanDifference: differences.reduce((sum, difference) => sum + difference, 0) / differences.length,
    p99Difference: differences[Math.ceil(differences.length * 0.99) - 1] ?? Number.NaN,
    crossings: crossings / (reference.length * CROSSING_THRESHOLDS.length),
    picturesWithCrossing: withCrossing / pictures,
  };
}

export function criteriaOf(agreement: Agreement): readonly Criterion[] {
  const { sameTop, meanDifference, p99Difference, crossings } = agreement;
  return [
    {
      name: `same first label, where float32 leads by more than ${CLEAR_MARGIN}`,
      value: sameTop,
      required: `≥ ${REQUIRED.sameTop}`,
      met: sameTop >= REQUIRED.sameTop,
    },
    {
      name: 'mean absolute difference',
      value: meanDifference,
      required: `≤ ${REQUIRED.meanDifference}`,
      met: meanDifference <= REQUIRED.meanDifference,
    },
    { name: '99th percentile of it', value: p99Difference, required: `≤ ${REQUIRED.p99Difference}`, met: p99Difference <= REQUIRED.p99Difference },
    {
      name: `on the other side of ${CROSSING_THRESHOLDS.join(' or ')}, of all labels, thresholds and pictures`,
      value: crossings,
      required: `≤ ${REQUIRED.crossings}`,
      met: crossings <= REQUIRED.crossings,
    },
  ];
}

function firstLabel(row: Float32Array): number {
  return row.indexOf(row.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY));
}

/** How far the first label leads. */
function marginOf(row: Float32Array): number {
  const [first = 0, second = 0] = row.toSorted().reverse();
  return first - second;
}
